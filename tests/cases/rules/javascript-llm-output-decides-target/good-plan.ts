import OpenAI from 'openai';
import fs from 'node:fs/promises';
import path from 'node:path';

const openai = new OpenAI();
const ROOT = path.resolve('out');

export async function scaffold(idea: string) {
  const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: idea }] });
  const plan = JSON.parse(completion.choices[0].message.content);
  for (const file of plan.files) {
    const target = path.resolve(ROOT, file.path);
    if (!target.startsWith(ROOT + path.sep)) throw new Error('outside of the folder');
    await fs.writeFile(target, file.content);
  }
  await fs.writeFile('plan.json', JSON.stringify(plan));
  return fetch(`https://search.example.com/?q=${encodeURIComponent(plan.topic)}`);
}
