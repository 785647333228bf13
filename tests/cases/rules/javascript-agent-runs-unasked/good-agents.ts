import { query } from '@anthropic-ai/claude-agent-sdk';
import { Codex } from '@openai/codex-sdk';
import { spawn } from 'node:child_process';

export async function repair(body: string) {
  const options = { permissionMode: 'default', allowedTools: ['Read', 'Grep'], maxTurns: 5 };
  for await (const message of query({ prompt: body, options })) console.log(message);
  new Codex().startThread({ sandboxMode: 'workspace-write', approvalPolicy: 'on-request' });
  spawn('claude', ['-p', body, '--allowedTools', 'Read']);
}

export const FLAGS = ['--dangerously-skip-permissions'];
