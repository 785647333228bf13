const express = require('express');
const User = require('./models/user');

const app = express();
app.use(express.json());

app.post('/login', async (req, res) => {
  const user = await User.findOne(req.body); // expect: javascript-nosql-injection
  res.json({ ok: Boolean(user) });
});

app.get('/users', async (req, res) => {
  const filter = req.query;
  const users = await User.find(filter).limit(20); // expect: javascript-nosql-injection
  const older = await User.find({ $where: `this.age > ${req.query.age}` }); // expect: javascript-nosql-injection
  res.json([users, older]);
});
