import Anthropic from '@anthropic-ai/sdk';
import { generateText } from 'ai';
import { execSync } from 'node:child_process';
import vm from 'node:vm';

const anthropic = new Anthropic();

export async function solve(question: string, model: any) {
  const message = await anthropic.messages.create({
    model: 'claude-sonnet-4-5',
    max_tokens: 1000,
    messages: [{ role: 'user', content: question }],
  });
  const script = message.content[0].text;
  vm.runInNewContext(script, {}); // expect: javascript-llm-output-executed
  const { text } = await generateText({ model, prompt: question });
  return execSync(`sh -c "${text}"`); // expect: javascript-llm-output-executed
}
