const jwt = require("jsonwebtoken");

app.post("/login", (req, res) => {
  const token = jwt.sign({ id: user.id }, process.env.KEY, { expiresIn: "15m" });
  const other = jwt.sign({ id: user.id, exp: soon }, process.env.KEY);
  res.json({ token, other, third: jwt.sign(claims, process.env.KEY) });
});
