app.use((err, req, res, next) => {
  res.status(500).json({ message: err.message, stack: err.stack }); // expect: javascript-stack-trace-to-client
});

app.use((err, req, res, next) => {
  res.status(500).send(err.stack); // expect: javascript-stack-trace-to-client
});
