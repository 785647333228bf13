'use server';

export async function remove(id: string) {
  await db.query('DELETE FROM notes WHERE id = $1', [id]);
}

async function helper(id: string) {
  await db.query(`SELECT * FROM notes_${id}`);
}

export class NotesController {
  async list(@Query('sort') sort: string) {
    if (!SORTS.includes(sort)) throw new Error('unknown order');
    return this.source.query(`SELECT * FROM notes ORDER BY ${sort}`);
  }
}

router.get('/one/:id', async ({ params: { id } }, res) => {
  res.json(await db.query('SELECT * FROM notes WHERE id = $1', [id]));
  res.json(await db.query(`SELECT * FROM notes WHERE id = ${Number(id)}`));
});

router.post('/four', (req, res) => {
  req.body.ids.forEach((id) => db.query('DELETE FROM notes WHERE id = ?', [id]));
  ['a', 'b'].forEach((table) => db.query('DELETE FROM ' + table));
});
