import OpenAI from 'openai';
import { Pool } from 'pg';

const openai = new OpenAI();
const pool = new Pool();

export async function ask(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: `Write SQL for: ${question}` }],
  });
  const sql = completion.choices[0].message.content ?? '';
  const { rows } = await pool.query(sql); // expect: javascript-llm-output-in-query
  return rows;
}
