import { exec, execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(exec);

export async function runCommand(command: string) {
  const { stdout } = await run(command); // expect: javascript-shell-command-from-caller
  return stdout;
}

export const shell = (script: string) => {
  execFile("bash", ["-c", script], () => {}); // expect: javascript-shell-command-from-caller
};
