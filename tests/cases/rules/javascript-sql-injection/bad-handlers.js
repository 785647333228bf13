const express = require('express');
const router = express.Router();

router.get('/one/:id', async ({ params: { id } }, res) => {
  res.json(await db.query(`SELECT * FROM notes WHERE id = ${id}`)); // expect: javascript-sql-injection
});

router.get('/two', async ({ query: { sort: order }, user }, res) => {
  res.json(await db.query('SELECT * FROM notes ORDER BY ' + order)); // expect: javascript-sql-injection
});

exports.three = async ({ body }, res) => {
  res.json(await db.query("SELECT * FROM notes WHERE title = '" + body?.title + "'")); // expect: javascript-sql-injection
};

router.post('/four', (req, res) => {
  req.body.ids.forEach((id) => {
    db.query('DELETE FROM notes WHERE id = ' + id); // expect: javascript-sql-injection
  });
  const wanted = Object.entries(req.query).map(([key, value]) => `${key} = '${value}'`);
  db.query('SELECT * FROM notes WHERE ' + wanted.join(' AND ')); // expect: javascript-sql-injection
});

router.post('/five', (req, res) => {
  let text = '';
  req.on('data', (chunk) => {
    text += chunk;
  });
  req.on('end', () => {
    db.query(`SELECT * FROM notes WHERE title = '${text}'`); // expect: javascript-sql-injection
  });
});

router.get('/six', (req, res) => {
  db.query.call(db, 'SELECT * FROM notes WHERE id = ' + req.query.id); // expect: javascript-sql-injection
  db.query.apply(db, ['SELECT * FROM notes WHERE id = ' + req.query.id, done]); // expect: javascript-sql-injection
  const later = db.query.bind(db, 'SELECT * FROM notes WHERE id = ' + req.query.id); // expect: javascript-sql-injection
  later(done);
  db?.query('SELECT * FROM notes WHERE id = :id'.replace(':id', req?.query?.id)); // expect: javascript-sql-injection
});
