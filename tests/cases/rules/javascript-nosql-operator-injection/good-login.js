const express = require('express');
const User = require('./models/user');

const app = express();

app.post('/login', async (req, res) => {
  const { username, password } = req.body;
  if (typeof password !== 'string') {
    return res.status(400).end();
  }
  const user = await User.findOne({ username: String(username), tenant: req.params.tenant });
  const sequelize = await User.findOne({ where: { username }, attributes: ['id'] });
  const age = await User.find({ age: { $gt: Number(req.query.age) } });
  const email = req.body.email.toLowerCase();
  const byEmail = await User.findOne({ email });
  res.json({ user, sequelize, age, byEmail });
});
