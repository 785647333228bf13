import { execFile, exec } from 'node:child_process';
import { promisify } from 'node:util';
import { NextRequest, NextResponse } from 'next/server';

const execAsync = promisify(exec);

export async function POST(req: NextRequest, { params }: { params: { repo: string } }) {
  const { branch } = await req.json();
  const { stdout } = await execAsync(`git log --oneline ${branch}`); // expect: javascript-command-injection
  await execAsync('git -C /srv/' + params.repo + ' fetch'); // expect: javascript-command-injection
  const tool = req.nextUrl.searchParams.get('tool') ?? 'jq';
  execFile(tool, ['--version']); // expect: javascript-command-injection
  return NextResponse.json({ stdout });
}
