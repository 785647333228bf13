const express = require('express');
const User = require('./models/user');

const app = express();

app.post('/login', async (req, res) => {
  const { username, password } = req.body;
  const user = await User.findOne({
    username, // expect: javascript-nosql-operator-injection
    password: password, // expect: javascript-nosql-operator-injection
  });
  const reset = await User.findOne({ resetToken: req.query.token }); // expect: javascript-nosql-operator-injection
  res.json({ ok: Boolean(user || reset) });
});
