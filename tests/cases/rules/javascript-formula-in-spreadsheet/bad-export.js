app.get('/users.csv', requireAdmin, async (req, res) => {
  const users = await User.find();
  const rows = users.map((user) => `${user.name},${user.email}`); // expect: javascript-formula-in-spreadsheet
  res.setHeader('Content-Type', 'text/csv');
  res.send(rows.join('\n'));
});

app.get('/comments.csv', requireAdmin, async (req, res) => {
  const comments = await Comment.find();
  res.type('text/csv').send(comments.map((one) => [one.id, one.text].join(',')).join('\n')); // expect: javascript-formula-in-spreadsheet
});
