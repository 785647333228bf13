const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

function save(report) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
  fs.writeFileSync(path.join(folder, 'report.json'), JSON.stringify(report));
  const own = path.join(os.tmpdir(), `export-${crypto.randomUUID()}.csv`);
  fs.writeFileSync(own, report.csv);
  fs.writeFileSync('/tmp/report.json', report.csv, { flag: 'wx' });
  return fs.readFileSync('/tmp/seed.json');
}
