import OpenAI from 'openai';
import { exec } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(exec);
const client = new OpenAI();

async function askGPT(text: string) {
  const answer = await client.responses.create({ model: 'gpt-5', input: text });
  return answer.output_text;
}

export async function work(messages, goal: string) {
  const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
  let code = '';
  for await (const chunk of stream) {
    code += chunk.choices[0]?.delta?.content ?? '';
  }
  new Function(code)(); // expect: javascript-llm-output-executed
  await run(await askGPT(goal)); // expect: javascript-llm-output-executed
  client.chat.completions.create({ model: 'gpt-4o', messages }).then((reply) => {
    eval(reply.choices[0].message.content); // expect: javascript-llm-output-executed
  });
  const answer = await client.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 500, messages });
  for (const block of answer.content) {
    if (block.type === 'tool_use') await run(block.input.command); // expect: javascript-llm-output-executed
  }
}
