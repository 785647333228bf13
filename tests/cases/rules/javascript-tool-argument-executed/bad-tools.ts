import { tool } from 'ai';
import { execSync } from 'node:child_process';
import { z } from 'zod';

export const listFiles = tool({
  description: 'List the files of a folder',
  inputSchema: z.object({ folder: z.string() }),
  execute: async ({ folder }) => execSync(`ls -la ${folder}`).toString(), // expect: javascript-tool-argument-executed
});
