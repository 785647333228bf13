const fs = require('fs');
const os = require('os');
const path = require('path');

function save(report) {
  fs.writeFileSync('/tmp/report.json', JSON.stringify(report)); // expect: javascript-temporary-name
  const file = path.join(os.tmpdir(), `export-${Date.now()}.csv`);
  fs.writeFileSync(file, report.csv); // expect: javascript-temporary-name
  return fs.createWriteStream(path.join(os.tmpdir(), 'upload.bin')); // expect: javascript-temporary-name
}
