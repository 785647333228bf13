const express = require('express');
const User = require('./models/user');

const app = express();

app.post('/users', async (req, res) => {
  const user = await User.create(req.body); // expect: javascript-mass-assignment
  res.json(user);
});

app.put('/users/:id', async (req, res) => {
  const user = await User.findByIdAndUpdate(req.params.id, req.body, { new: true }); // expect: javascript-mass-assignment
  Object.assign(user, req.body); // expect: javascript-mass-assignment
  const copy = new User(req.body); // expect: javascript-mass-assignment
  res.json({ user, copy });
});
