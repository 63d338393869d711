/** Runs the command line from its sources in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "nmt-e2e-"));
}

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** `watch` sees the process and its standard error as it comes, to kill it at a moment of its own. */
export function nmt(
  args: readonly string[],
  options: { input?: string; watch?: (child: ChildProcess, stderr: string) => void } = {},
): Promise<Finished> {
  const source = join(import.meta.dirname, "nmt-source.ts");
  const child = spawn(process.execPath, ["--import", "tsx", source, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.watch?.(child, stderr);
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
