const fs = require('fs');
const fsp = require('fs/promises');

function append(file, line) {
  const handle = fs.openSync(file, 'r+');
  fs.writeSync(handle, line);
}

async function load(file) {
  await fsp.access(file);
  return fsp.readFile(file, 'utf8');
}

function copy(from, to) {
  fs.accessSync(from);
  fs.writeFileSync(to, '');
}
