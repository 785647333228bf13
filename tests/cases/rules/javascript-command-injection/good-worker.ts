import { spawn } from 'node:child_process';

const PROGRAMS: Record<string, string> = { video: 'ffmpeg', image: 'convert' };

export function render(req: { query: { kind: string; file: string } }): void {
  const program = PROGRAMS[req.query.kind];
  spawn(program, ['-i', req.query.file], { stdio: 'ignore' });
}
