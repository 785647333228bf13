const express = require('express');

const app = express();

app.get('/hello', (req, res) => {
  const name = req.query.name || 'guest';
  res.send(`<h1>Hello ${name}</h1>`); // expect: javascript-reflected-xss
});

app.get('/search', (req, res) => {
  const page = '<p>No result for ' + req.query.q + '</p>';
  res.status(404).send(page); // expect: javascript-reflected-xss
});
