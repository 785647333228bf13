const express = require('express');
const escapeHtml = require('escape-html');
const User = require('./models/user');

const app = express();

app.get('/hello', (req, res) => {
  res.send(`<h1>Hello ${escapeHtml(req.query.name)}</h1>`);
});

app.get('/users/:id', async (req, res) => {
  const user = await User.findById(req.params.id);
  res.send({ id: req.params.id, user });
});

app.get('/raw', (req, res) => {
  res.json({ name: req.query.name });
  res.status(200).send(`<p>Page ${Number(req.query.page)}</p>`);
});
