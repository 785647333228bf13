const fs = require('fs');

fs.chmodSync('/srv/app/config.json', 0o600);
fs.chmod('/srv/app/run.sh', '755', () => {});
fs.mkdirSync('/srv/app/uploads', { recursive: true, mode: 0o750 });
fs.writeFileSync('/srv/app/token', 'x', { mode: 0o640 });
