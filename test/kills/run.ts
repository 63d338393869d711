/** Runs a command in processes that are killed again and again, and compares what is there in the end with an undisturbed run. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import type { KillTask, OpenTask, TaskPlaces } from "./kill-task.ts";

export interface Kills extends TaskPlaces {
  open: OpenTask;
  kills: number;
  /** When to kill: after a share of the bytes that a whole run is sent, or of the time that it takes. */
  by: "bytes" | "time";
}

export interface KillsResult {
  /** Runs that were killed, and those that came to their end. */
  killed: number;
  ended: number;
  /** What differs from the undisturbed run, by name of the file. */
  differences: string[];
}

/** Throws where a run fails for another reason than a kill. */
export async function runWithKills({ open, kills, by, ...places }: Kills): Promise<KillsResult> {
  const random = new Random(places.seed);
  const folder = mkdtempSync(join(tmpdir(), "nmt-kills-"));
  const task = await open(folder, places);
  const clear = () => {
    for (const each of [task.output, ...task.kept]) rmSync(each, { recursive: true, force: true });
  };
  try {
    const began = performance.now();
    await run(task, new Promise(() => {}));
    const [duration, bytes] = [performance.now() - began, task.bytes?.sent() ?? 0];
    const expected = contentOf(task);
    clear();
    const result: KillsResult = { killed: 0, ended: 0, differences: [] };
    while (result.killed < kills || result.ended === 0) {
      const share = random.uniform();
      // Once there are kills enough, the last run comes to its end.
      const moment =
        result.killed >= kills
          ? new Promise<void>(() => {})
          : by === "bytes" && task.bytes !== undefined
            ? task.bytes.after(Math.floor(share * bytes))
            : new Promise<void>((resolve) => setTimeout(resolve, share * 1.1 * duration).unref());
      if (await run(task, moment)) {
        result.ended++;
        result.differences.push(...differencesOf(expected, contentOf(task)));
        clear();
      } else result.killed++;
    }
    return result;
  } finally {
    task.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether it came to its end. */
function run({ command = process.execPath, words, env, kill }: KillTask, moment: Promise<void>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
    let messages = "";
    let [killed, ended] = [false, false];
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages = (messages + text).slice(-2000);
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      ended = true;
      if (code === 0 || killed) resolve(code === 0);
      else reject(new Error(`a run ended with ${signal ?? `code ${code}`}: ${messages}`));
    });
    moment.then(() => {
      if (ended) return;
      killed = true;
      if (kill === undefined) child.kill("SIGKILL");
      else kill();
    });
  });
}

function contentOf({ output, contentOf: without }: KillTask): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    const content = without === undefined ? bytes : without(path, bytes);
    if (content !== undefined) found.set(path.slice(output.length + 1), content);
  }
  return found;
}

function differencesOf(expected: ReadonlyMap<string, Buffer>, found: ReadonlyMap<string, Buffer>): string[] {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].filter((name) => {
    const [one, other] = [expected.get(name), found.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
}
