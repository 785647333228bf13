import Database from 'better-sqlite3';

const db = new Database('notes.db');

export function search(term: string, limit: number) {
  return db.prepare('SELECT * FROM notes WHERE body LIKE ?').all(`%${term}%`);
}

export function byId(client: { query(text: string, values: unknown[]): Promise<unknown> }, id: string) {
  return client.query('SELECT * FROM notes WHERE id = $1', [id]);
}

export function refresh(queryClient: { query(input: unknown): void }, id: string) {
  queryClient.query({ key: `note-${id}` });
}
