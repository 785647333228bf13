app.post('/run', (req, res) => {
  res.json((0, eval)(req.body.code)); // expect: javascript-code-injection
  eval.call(null, req.body.code); // expect: javascript-code-injection
  const code = req.body.code;
  setTimeout(code, 10); // expect: javascript-code-injection
});
