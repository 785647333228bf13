export async function find(name: string) {
  const sql = "SELECT * FROM users WHERE name = '{name}'".replace('{name}', name);
  return db.query(sql); // expect: javascript-sql-string-built
}
