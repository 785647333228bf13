import { tool } from '@langchain/core/tools';

export const shell = tool(
  async ({ command }) => {
    const { stdout } = await execAsync(command); // expect: javascript-tool-argument-executed
    return stdout;
  },
  { name: 'shell', description: 'Runs a command', schema },
);

server.tool('query', 'Run a query', { sql: z.string() }, async ({ sql }) => {
  const result = await pool.query(sql); // expect: javascript-tool-argument-executed
  return { content: [{ type: 'text', text: JSON.stringify(result.rows) }] };
});
