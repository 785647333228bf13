export async function find(name: string) {
  const shown = 'Looking for {name}'.replace('{name}', name);
  console.log(shown);
  return db.query('SELECT * FROM users WHERE name = $1', [name]);
}
