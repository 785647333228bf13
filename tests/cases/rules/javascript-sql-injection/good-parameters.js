const express = require('express');
const { Pool } = require('pg');

const app = express();
const pool = new Pool();
const COLUMNS = new Set(['name', 'price']);

app.get('/users/:id', async (req, res) => {
  const { rows } = await pool.query('SELECT * FROM users WHERE id = $1', [req.params.id]);
  const page = parseInt(req.query.page, 10);
  const list = await pool.query(`SELECT * FROM users LIMIT 20 OFFSET ${page * 20}`);
  const named = await pool.query({ text: 'SELECT * FROM users WHERE name = $1', values: [req.query.name] });
  const sort = req.query.sort;
  if (!COLUMNS.has(sort)) {
    return res.status(400).end();
  }
  const sorted = await pool.query(`SELECT * FROM products ORDER BY ${sort}`);
  const cached = cache.get(req.params.id);
  res.json({ rows, list, named, sorted, cached });
});
