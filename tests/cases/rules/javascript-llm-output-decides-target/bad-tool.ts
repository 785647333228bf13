server.registerTool('read_file', { description: 'Read a file', inputSchema: { path: z.string() } }, async ({ path }) => {
  const text = await fs.readFile(path, 'utf8'); // expect: javascript-llm-output-decides-target
  return { content: [{ type: 'text', text }] };
});
