app.post("/login", (req, res) => {
  console.log(`sign-in of ${JSON.stringify(req.body.name)}`);
  logger.warn({ name: req.body.name }, "failed");
  console.log(`listening on ${port}`);
});
