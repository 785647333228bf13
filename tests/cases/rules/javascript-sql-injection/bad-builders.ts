import { cookies } from 'next/headers';

export async function list(req, res) {
  const people = await users.createQueryBuilder('u').where(`u.name = '${req.query.name}'`).getMany(); // expect: javascript-sql-injection
  const sorted = await knex('users').joinRaw('JOIN ' + req.query.table); // expect: javascript-sql-injection
  const group = (await cookies()).get('group')?.value;
  await db.query(`SELECT * FROM users WHERE grp = '${group}'`); // expect: javascript-sql-injection
  res.json({ people, sorted });
}
