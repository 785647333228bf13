const express = require('express');
const app = express();

app.get('/admin/users', async (req, res) => { // expect: javascript-route-without-sign-in
  res.json(await User.find());
});

app.delete('/internal/cache', (req, res) => { // expect: javascript-route-without-sign-in
  cache.clear();
  res.end();
});
