const { exec } = require('child_process');

router.get('/ping', ({ query: { host } }, res) => {
  exec.call(null, `ping -c 1 ${host}`, (error, out) => res.send(out)); // expect: javascript-command-injection
});

router.post('/sizes', (req, res) => {
  req.body.files.map((name) => exec('du -s ' + name, done)); // expect: javascript-command-injection
});
