const express = require('express');
const Product = require('./models/product');

const app = express();

app.get('/search', async (req, res) => {
  const pattern = new RegExp(req.query.q, 'i'); // expect: javascript-regex-from-request
  const found = await Product.find({ name: { $regex: req.query.name } }); // expect: javascript-regex-from-request
  res.json(found.filter((item) => pattern.test(item.name)));
});
