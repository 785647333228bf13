const express = require('express');
const cors = require('cors');

const app = express();
app.use(cors({ origin: ['https://app.example.org'], credentials: true }));
app.use('/public', cors({ origin: '*' }));
app.use('/open', (req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*');
  next();
});
