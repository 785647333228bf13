const fs = require('fs');
const fsp = require('fs/promises');

function append(file, line) {
  fs.accessSync(file, fs.constants.W_OK); // expect: javascript-permission-asked-before-use
  fs.appendFileSync(file, line);
}

async function remove(file) {
  await fsp.access(file); // expect: javascript-permission-asked-before-use
  await fsp.unlink(file);
}

function write(file, text) {
  if (fs.lstatSync(file).isSymbolicLink()) { // expect: javascript-permission-asked-before-use
    throw new Error('a link');
  }
  fs.writeFileSync(file, text);
}
