const express = require('express');
const { exec, execSync, spawn } = require('child_process');
const childProcess = require('child_process');

const app = express();
app.use(express.json());

app.get('/ping', (req, res) => {
  const host = req.query.host;
  exec(`ping -c 4 ${host}`, (error, stdout) => { // expect: javascript-command-injection
    res.type('text/plain').send(stdout);
  });
});

app.post('/convert', (req, res) => {
  const { input, format = 'png' } = req.body;
  const command = 'convert uploads/' + input.trim() + ' out.' + format;
  execSync(command); // expect: javascript-command-injection
  childProcess.exec('ls -la ' + req.params.dir); // expect: javascript-command-injection
  spawn('tar', ['-czf', 'out.tgz', input], { shell: true }); // expect: javascript-command-injection
  spawn('bash', ['-c', `du -sh ${input}`]); // expect: javascript-command-injection
  res.sendStatus(204);
});
