const express = require('express');
const cors = require('cors');

const app = express();
app.use(cors({ origin: true, credentials: true })); // expect: javascript-cors-any-origin-with-credentials

app.use((req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', req.headers.origin); // expect: javascript-cors-any-origin-with-credentials
  res.setHeader('Access-Control-Allow-Credentials', 'true');
  next();
});
