const express = require('express');
const { Pool } = require('pg');
const sqlite3 = require('sqlite3');

const app = express();
const pool = new Pool();
const db = new sqlite3.Database('app.db');

app.get('/users/:id', async (req, res) => {
  const { rows } = await pool.query(`SELECT * FROM users WHERE id = ${req.params.id}`); // expect: javascript-sql-injection
  res.json(rows);
});

app.post('/login', (req, res) => {
  const { username, password } = req.body;
  const sql = "SELECT * FROM users WHERE name = '" + username + "' AND hash = '" + password + "'";
  db.get(sql, (error, row) => res.json({ ok: Boolean(row) })); // expect: javascript-sql-injection
});

app.get('/search', async (req, res) => {
  let sql = 'SELECT * FROM products WHERE 1 = 1';
  if (req.query.category) {
    sql += ` AND category = '${req.query.category}'`;
  }
  const result = await pool.query({ text: sql, values: [] }); // expect: javascript-sql-injection
  const sorted = await knex.raw('SELECT * FROM products ORDER BY ' + req.query.sort); // expect: javascript-sql-injection
  res.json([result.rows, sorted]);
});
