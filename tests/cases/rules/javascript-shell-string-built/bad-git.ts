import { execSync } from 'node:child_process';

export function checkout(repository: string, branch: string): string {
  return execSync(`git -C ${repository} checkout ${branch}`).toString(); // expect: javascript-shell-string-built
}
