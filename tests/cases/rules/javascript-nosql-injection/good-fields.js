const express = require('express');
const { z } = require('zod');
const User = require('./models/user');

const app = express();
const Filter = z.object({ email: z.string().email() });

app.post('/login', async (req, res) => {
  const user = await User.findOne({ email: String(req.body.email) });
  const other = await User.findOne(Filter.parse(req.body));
  const items = req.body.items.find((item) => item.id === user.id);
  const named = await User.findById(req.params.id);
  res.json({ user, other, items, named });
});
