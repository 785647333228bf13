const xpath = require("xpath");

app.get("/user", (req, res) => {
  const query = `//user[name='${req.query.name}']`;
  res.json(xpath.select(query, doc)); // expect: javascript-xpath-injection
});
