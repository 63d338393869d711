/** A process of Node that is run to its end: how long until it answers and until it ends, and what it uses. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BackendError } from "../src/base/errors.ts";

/** What a run took; times from just before the process was started. */
export interface ProcessRun {
  /** Milliseconds until the first bytes on its standard output; undefined where there were none. */
  firstMs: number | undefined;
  /** Milliseconds until it had ended. */
  endMs: number;
  /** Of all its threads, in user and system mode. */
  cpuMs: number;
  /** Its largest resident set. */
  rssBytes: number;
  /** What it wrote to standard error. */
  log: string;
}

const hook = join(import.meta.dirname, "usage.cjs");

/** Runs `node WORDS…` with `input` on its standard input. Throws BackendError where it fails. */
export function runProcess(words: readonly string[], input: string): Promise<ProcessRun> {
  // Node reads the certificates of NODE_EXTRA_CA_CERTS before anything else, which may take longer than all of it; options change what is compiled.
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env;
  const started = performance.now();
  const child = spawn(process.execPath, ["--require", hook, ...words], {
    env,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  let firstMs: number | undefined;
  const told: Record<"errors" | "usage", string> = { errors: "", usage: "" };
  child.stdout.on("data", () => {
    firstMs ??= performance.now() - started;
  });
  child.stderr.on("data", (chunk) => {
    told.errors += chunk;
  });
  child.stdio[3]!.on("data", (chunk: Buffer) => {
    told.usage += chunk.toString();
  });
  child.stdin.on("error", () => {}); // It may end before it has read.
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const endMs = performance.now() - started;
      if (code === 0) resolve({ firstMs, endMs, ...JSON.parse(told.usage), log: told.errors });
      else reject(new BackendError(`node ${words.join(" ")} ended with ${code}: ${told.errors}`));
    });
  });
}
