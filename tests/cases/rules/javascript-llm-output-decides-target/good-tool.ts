server.registerTool('read_note', { description: 'Read a note', inputSchema: { name: z.string() } }, async ({ name }) => {
  const text = await fs.readFile(join('notes', basename(name)), 'utf8');
  return { content: [{ type: 'text', text }] };
});
