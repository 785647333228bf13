import { cookies } from 'next/headers';

export async function list(req, res) {
  const people = await users.createQueryBuilder('u').where('u.name = :name', { name: req.query.name }).getMany();
  const sorted = await knex('users').where('name', req.query.name).where({ city: req.query.city });
  const group = (await cookies()).get('group')?.value;
  await db.query('SELECT * FROM users WHERE grp = $1', [group]);
  res.json({ people, sorted });
}
