const express = require('express');
const _ = require('lodash');

const app = express();
const settings = {};

app.patch('/settings', (req, res) => {
  _.merge(settings, req.body); // expect: javascript-prototype-pollution
  _.set(settings, req.body.path, req.body.value); // expect: javascript-prototype-pollution
  settings[req.body.group][req.body.key] = req.body.value; // expect: javascript-prototype-pollution
  res.json(settings);
});
