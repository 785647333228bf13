import OpenAI from 'openai';
import { execFile } from 'node:child_process';

const openai = new OpenAI();
const ACTIONS: Record<string, () => void> = {
  status: () => execFile('git', ['status']),
  fetch: () => execFile('git', ['fetch']),
};

export async function choose(question: string) {
  const completion = await openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: question }],
  });
  const choice = JSON.parse(completion.choices[0].message.content ?? '{}');
  ACTIONS[choice.action]?.();
  console.log(completion.choices[0].message.content);
}
