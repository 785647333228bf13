const express = require('express');
const vm = require('vm');

const app = express();

app.post('/calculate', (req, res) => {
  const { expression } = req.body;
  const result = eval(expression); // expect: javascript-code-injection
  res.json({ result });
});

app.get('/filter', (req, res) => {
  const predicate = new Function('item', `return ${req.query.filter}`); // expect: javascript-code-injection
  const context = vm.createContext({ items: [] });
  vm.runInContext(req.query.script, context); // expect: javascript-code-injection
  setTimeout(req.query.callback, 10); // expect: javascript-code-injection
  setTimeout('refresh("' + req.query.name + '")', 10); // expect: javascript-code-injection
  res.json([1, 2, 3].filter(predicate));
});
