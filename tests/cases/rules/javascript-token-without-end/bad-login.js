const jwt = require("jsonwebtoken");

app.post("/login", (req, res) => {
  const token = jwt.sign({ id: user.id }, process.env.KEY); // expect: javascript-token-without-end
  const other = jwt.sign({ id: user.id }, process.env.KEY, { algorithm: "HS256" }); // expect: javascript-token-without-end
  res.json({ token, other });
});
