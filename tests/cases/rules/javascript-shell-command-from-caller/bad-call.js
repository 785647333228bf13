const cp = require("child_process");

function run(command, cb) {
  cp.exec.call(cp, command, cb); // expect: javascript-shell-command-from-caller
}

module.exports = { run };
