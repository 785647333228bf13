const fs = require('fs');

fs.chmodSync('/srv/app/config.json', 0o777); // expect: javascript-world-writable
fs.chmod('/srv/app/run.sh', '777', () => {}); // expect: javascript-world-writable
fs.mkdirSync('/srv/app/uploads', { recursive: true, mode: 0o777 }); // expect: javascript-world-writable
fs.writeFileSync('/srv/app/token', 'x', { mode: 0o666 }); // expect: javascript-world-writable
