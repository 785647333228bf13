import { query } from '@anthropic-ai/claude-agent-sdk';
import { Codex } from '@openai/codex-sdk';
import { execSync, spawn } from 'node:child_process';

export async function repair(body: string) {
  const options = { permissionMode: 'bypassPermissions', maxTurns: 5 }; // expect: javascript-agent-runs-unasked
  for await (const message of query({ prompt: body, options })) console.log(message);
  new Codex().startThread({ sandboxMode: 'danger-full-access', approvalPolicy: 'never' }); // expect: javascript-agent-runs-unasked
  spawn('claude', ['-p', body, '--dangerously-skip-permissions']); // expect: javascript-agent-runs-unasked
  execSync('gemini --yolo -p "fix the build"'); // expect: javascript-agent-runs-unasked
}
