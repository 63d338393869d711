/** Runs a program that prints one JSON object as its last line, in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BackendError } from "../src/base/errors.ts";

export type Json = Record<string, unknown>;

export interface Child {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

/** Throws BackendError with the end of its standard error where the program fails. */
export async function runChild({ command, args, env = process.env }: Child): Promise<Json> {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const failure = (cause?: unknown) =>
    new BackendError(`${command} failed: ${stderr.trim().split("\n").slice(-3).join(" ")}`, {
      where: [command, ...args].join(" "),
      cause,
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(failure(error)));
    child.on("close", resolve);
  });
  if (code !== 0) throw failure();
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Json;
}

/** One of our own benchmarks. */
export function benchmark(name: string, options: readonly string[], env?: NodeJS.ProcessEnv): Child {
  const args = ["--import", "tsx", join(import.meta.dirname, "main.ts"), name, ...options, "--json"];
  return { command: process.execPath, args, ...(env && { env }) };
}
