const TOOLS = new Map([['weather', weather]]);
const tools = { weather };

for (const call of message.tool_calls) {
  const run = TOOLS.get(call.function.name);
  if (!run) throw new Error('unknown tool');
  results.push(await run(JSON.parse(call.function.arguments)));
}

const one = (call) => tools[call.function.name];
const state = globalThis['settings'];
