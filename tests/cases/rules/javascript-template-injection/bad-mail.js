const express = require('express');
const ejs = require('ejs');
const Handlebars = require('handlebars');

const app = express();

app.post('/preview', (req, res) => {
  const { template, data } = req.body;
  const html = ejs.render(template, data); // expect: javascript-template-injection
  const compiled = Handlebars.compile('<p>' + req.body.intro + '</p>'); // expect: javascript-template-injection
  res.json({ html, text: compiled({}) });
});
