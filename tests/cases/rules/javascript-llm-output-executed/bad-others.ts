export async function work(env, goal: string) {
  const { choices: [{ message: { content } }] } = await openai.chat.completions.create({ model: 'gpt-4.1', messages });
  const { choices: [{ message: { content: code } }] } = await openai.chat.completions.create({ model: 'gpt-4.1', messages });
  eval(code); // expect: javascript-llm-output-executed
  const engine = index.asQueryEngine();
  const found = await engine.query({ query: goal });
  execSync(found.toString()); // expect: javascript-llm-output-executed
  const answer = await env.AI.run('@cf/meta/llama-3-8b-instruct', { prompt: goal });
  execSync(answer.response); // expect: javascript-llm-output-executed
  const threads = await openai.beta.threads.messages.list(goal);
  execSync(threads.data[0].content[0].text.value); // expect: javascript-llm-output-executed
  return content;
}
