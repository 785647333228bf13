import ejs from 'ejs';
import express from 'express';
import { readFileSync } from 'node:fs';

const app = express();
const template = readFileSync('mail.ejs', 'utf8');

app.post('/preview', (req, res) => {
  res.json({ html: ejs.render(template, { name: req.body.name }) });
});
