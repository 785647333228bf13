const express = require('express');
const { execFile, exec, spawn } = require('child_process');

const app = express();
const TOOLS = ['status', 'log', 'diff'];

app.get('/ping', (req, res) => {
  const count = Number(req.query.count);
  exec(`ping -c ${count} localhost`);
  execFile('ping', ['-c', '4', '--', req.query.host], (error, stdout) => {
    res.type('text/plain').send(stdout);
  });
});

app.get('/git', (req, res) => {
  const action = req.query.action;
  if (!TOOLS.includes(action)) {
    return res.status(400).end();
  }
  exec(`git ${action}`);
  spawn('git', ['show', req.query.revision]);
  const match = /^v(\d+)$/.exec(req.query.version);
  res.json({ match });
});
