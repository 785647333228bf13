const express = require('express');
const fs = require('fs');
const path = require('path');

const app = express();
const UPLOADS = path.join(__dirname, 'uploads');

app.get('/files/:name', (req, res) => {
  const file = path.join(UPLOADS, req.params.name);
  fs.readFile(file, 'utf8', (error, text) => res.type('text').send(text)); // expect: javascript-path-traversal
});

app.get('/download', (req, res) => {
  res.sendFile(path.resolve('./public/' + req.query.file)); // expect: javascript-path-traversal
});

app.delete('/files', async (req, res) => {
  await fs.promises.unlink(`${UPLOADS}/${req.body.name}`); // expect: javascript-path-traversal
  fs.writeFileSync(path.join(UPLOADS, req.file.originalname), req.file.buffer); // expect: javascript-path-traversal
  res.sendStatus(204);
});
