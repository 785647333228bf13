const express = require('express');
const fs = require('fs');
const path = require('path');

const app = express();
const UPLOADS = path.resolve('uploads');

app.get('/files/:name', (req, res) => {
  const file = path.join(UPLOADS, path.basename(req.params.name));
  fs.readFile(file, 'utf8', (error, text) => res.type('text').send(text));
});

app.get('/download', (req, res) => {
  const file = path.resolve(UPLOADS, req.query.file);
  if (!file.startsWith(UPLOADS + path.sep)) {
    return res.status(400).end();
  }
  fs.createReadStream(file).pipe(res);
});

app.post('/notes', (req, res) => {
  fs.writeFileSync(path.join(UPLOADS, 'note.txt'), req.body.text);
  res.sendFile(req.body.name, { root: UPLOADS });
});
