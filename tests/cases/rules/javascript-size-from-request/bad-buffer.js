const crypto = require('crypto');

app.get('/random', (req, res) => {
  const size = parseInt(req.query.size, 10);
  res.send(crypto.randomBytes(size).toString('hex')); // expect: javascript-size-from-request
});

app.post('/pad', (req, res) => {
  const { width } = req.body;
  const line = '-'.repeat(Number(width)); // expect: javascript-size-from-request
  const room = Buffer.alloc(Number(req.body.room)); // expect: javascript-size-from-request
  res.json({ line, room: room.length });
});
