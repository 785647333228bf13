for (const call of message.tool_calls) {
  const args = JSON.parse(call.function.arguments);
  results.push(await globalThis[call.function.name](args)); // expect: javascript-function-named-by-model
}

async function step(call) {
  const name = call.function.name;
  return this[name](JSON.parse(call.function.arguments)); // expect: javascript-function-named-by-model
}
