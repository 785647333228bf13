import { tool } from '@langchain/core/tools';

export const add = tool(async ({ a, b }) => { return String(a + b); }, { name: 'add', description: 'Adds', schema });

server.tool('orders', 'Orders of a customer', { customer: z.string() }, async ({ customer }) => {
  const result = await pool.query('SELECT id FROM orders WHERE customer = $1', [customer]);
  return { content: [{ type: 'text', text: JSON.stringify(result.rows) }] };
});
