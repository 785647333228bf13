import { exec, execFile } from "node:child_process";

const COMMANDS = new Map([["status", "git status"]]);

export function status(name: string) {
  exec(COMMANDS.get("status") ?? "true");
  execFile("git", ["log", "--", name]);
}

export function first(text: string) {
  return /^a+/.exec(text);
}
