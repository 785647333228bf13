app.get('/users.csv', requireAdmin, async (req, res) => {
  const users = await User.find();
  const rows = users.map((user) => `${cell(user.name)},${cell(user.email)}`);
  res.setHeader('Content-Type', 'text/csv');
  res.send(rows.join('\n'));
});

app.get('/points.csv', async (req, res) => {
  const points = await Point.find();
  res.type('text/csv').send(points.map((one) => [one.x, one.y].join(',')).join('\n'));
});

const label = (users) => users.map((user) => `${user.name},${user.email}`);
