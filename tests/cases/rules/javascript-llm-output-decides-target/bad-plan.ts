import OpenAI from 'openai';
import fs from 'node:fs/promises';

const openai = new OpenAI();

export async function scaffold(idea: string) {
  const completion = await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: idea }] });
  const plan = JSON.parse(completion.choices[0].message.content);
  for (const file of plan.files) {
    await fs.writeFile(file.path, file.content); // expect: javascript-llm-output-decides-target
  }
  const page = await fetch(plan.homepage); // expect: javascript-llm-output-decides-target
  return page.text();
}
