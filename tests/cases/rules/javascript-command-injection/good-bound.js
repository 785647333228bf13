const { execFile } = require('child_process');

router.get('/ping', ({ query: { host } }, res) => {
  execFile('ping', ['-c', '1', '--', host], (error, out) => res.send(out));
});
