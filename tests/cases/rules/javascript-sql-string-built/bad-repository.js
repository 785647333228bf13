class UserRepository {
  constructor(db) {
    this.db = db;
  }

  findByName(name) {
    return this.db.query(`SELECT * FROM users WHERE name = '${name}'`); // expect: javascript-sql-string-built
  }

  remove(user) {
    const sql = 'DELETE FROM users WHERE id = ' + user.id;
    return this.db.query(sql); // expect: javascript-sql-string-built
  }
}

module.exports = { UserRepository };
