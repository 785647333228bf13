import { execFileSync, execSync } from 'node:child_process';

export function checkout(repository: string, branch: string): string {
  return execFileSync('git', ['-C', repository, 'checkout', '--', branch]).toString();
}

export function build(jobs: string): void {
  execSync('npm run build');
  execSync(`make -j ${Number(jobs)}`);
}

export function version(text: string): string | undefined {
  const VERSION = /(\d+)\.(\d+)/;
  return VERSION.exec(`v${text}`)?.[1];
}
