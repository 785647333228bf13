const express = require('express');

const app = express();
const OPERATIONS = { add: (a, b) => a + b, multiply: (a, b) => a * b };

app.post('/calculate', (req, res) => {
  const operation = OPERATIONS[req.body.operation];
  const data = JSON.parse(req.body.text);
  setTimeout(() => console.log(req.body.text), Number(req.query.delay));
  setTimeout(function () { console.log(req.query.name); }, 100);
  res.json({ result: operation(Number(req.body.a), Number(req.body.b)), data });
});
