const xpath = require("xpath");

const QUERY = xpath.parse("//user[name=$name]");

app.get("/user", (req, res) => {
  res.json(QUERY.select({ node: doc, variables: { name: req.query.name } }));
});
