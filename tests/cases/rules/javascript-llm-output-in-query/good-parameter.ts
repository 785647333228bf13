import OpenAI from 'openai';
import { Pool } from 'pg';

const openai = new OpenAI();
const pool = new Pool();

export async function ask(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: `Which city is meant: ${question}` }],
  });
  const city = completion.choices[0].message.content;
  const { rows } = await pool.query('SELECT * FROM shops WHERE city = $1', [city]);
  return rows;
}
