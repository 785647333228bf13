const crypto = require('crypto');

const MAX_SIZE = 1024;

app.get('/random', (req, res) => {
  const size = Math.min(parseInt(req.query.size, 10) || 16, 64);
  res.send(crypto.randomBytes(size).toString('hex'));
});

app.post('/pad', (req, res) => {
  const width = Number(req.body.width);
  if (!(width <= MAX_SIZE)) return res.status(400).end();
  res.json({ line: '-'.repeat(width), room: Buffer.alloc(req.body.text.length) });
});

const table = (rows) => rows.map(() => new Array(12));
