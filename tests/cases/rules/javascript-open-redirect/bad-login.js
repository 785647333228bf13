const express = require('express');

const app = express();

app.get('/login', (req, res) => {
  const next = req.query.next || '/';
  res.redirect(next); // expect: javascript-open-redirect
});

app.get('/out', (req, res) => {
  res.redirect(302, req.query.url); // expect: javascript-open-redirect
});
