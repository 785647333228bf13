export async function POST(req: Request) {
  const { persona } = await req.json();
  return streamText({ model, system: `You are ${persona}`, messages }); // expect: javascript-prompt-from-request
}
