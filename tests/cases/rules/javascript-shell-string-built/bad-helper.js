const { exec, execSync } = require('child_process');

function compress(folder, target) {
  execSync(`tar -czf ${target} ${folder}`); // expect: javascript-shell-string-built
}

const remove = (file) => {
  exec('rm -f ' + file); // expect: javascript-shell-string-built
};

module.exports = { compress, remove };
