import { tool } from 'ai';
import { execFileSync } from 'node:child_process';
import { z } from 'zod';

export const listFiles = tool({
  description: 'List the files of a folder',
  inputSchema: z.object({ folder: z.string() }),
  execute: async ({ folder }) => execFileSync('ls', ['-la', '--', folder]).toString(),
});
