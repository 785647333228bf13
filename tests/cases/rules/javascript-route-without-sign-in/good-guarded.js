const express = require('express');
const app = express();

app.get('/admin/users', requireAdmin, async (req, res) => {
  res.json(await User.find());
});

app.delete('/internal/cache', (req, res) => {
  if (req.get('x-internal-token') !== process.env.INTERNAL_TOKEN) return res.status(403).end();
  cache.clear();
  res.end();
});

app.get('/administrative-regions', (req, res) => {
  res.json(regions);
});
