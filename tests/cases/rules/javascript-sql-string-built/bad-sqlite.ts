import Database from 'better-sqlite3';

const db = new Database('notes.db');

export const search = (term: string) =>
  db.prepare(`SELECT * FROM notes WHERE body LIKE '%${term}%'`).all(); // expect: javascript-sql-string-built
