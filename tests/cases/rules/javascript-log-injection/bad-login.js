app.post("/login", (req, res) => {
  console.log(`sign-in of ${req.body.name}`); // expect: javascript-log-injection
  logger.warn("failed: " + req.body.name); // expect: javascript-log-injection
});
