/** Runs the command line from its sources in a process of its own. */
import { spawn } from "node:child_process";
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

/** `signal`: the process sends itself one at the first message that holds a text, so at the same step however slow it is. */
export function nmt(
  args: readonly string[],
  options: { input?: string; signal?: { name: NodeJS.Signals; at: string } } = {},
): Promise<Finished> {
  const source = join(import.meta.dirname, "nmt-source.ts");
  const { signal } = options;
  const child = spawn(process.execPath, ["--import", "tsx", source, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...(signal && { NMT_TEST_SIGNAL: `${signal.name}@${signal.at}` }) },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(options.input ?? "");
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
