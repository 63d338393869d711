// Source of truth: what the script's head promises, with a command that counts its runs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";

const script = resolve(import.meta.dirname, "../../deploy/restarts.sh");
const folder = mkdtempSync(join(tmpdir(), "nmt-restarts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const shells = ["dash", "bash"].filter((shell) => spawnSync(shell, ["-c", "true"]).status === 0);
let commands = 0;

/** A command of sh that begins by adding a line to `runs`. */
function counting(text: string): { runs: () => number; words: string[] } {
  const file = join(folder, `runs-${commands++}`);
  const runs = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0);
  return { runs, words: ["sh", "-c", `echo x >> ${file}; ${text.replaceAll("RUNS", `$(wc -l < ${file})`)}`] };
}

interface End {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(shell: string, words: readonly string[], when?: (kill: (name: NodeJS.Signals) => void) => Promise<void>) {
  const child = spawn(shell, [script, ...words], { stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.on("error", () => {}).end("given\n");
  void when?.((name) => child.kill(name));
  return new Promise<End>((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe.each(shells)("restarts.sh in %s", (shell) => {
  test("runs a command again until it succeeds", async () => {
    const { runs, words } = counting('[ "RUNS" -ge 3 ]');
    const end = await run(shell, ["--restarts", "5", "--pause", "0", ...words]);
    expect([end.code, runs()]).toEqual([0, 3]);
    expect(end.stderr).toMatch(/code 1; again in 0 s, 5 restarts left[\s\S]*code 1; again in 0 s, 4 restarts left/);
  });

  test("gives up after so many restarts, with the last code", async () => {
    const { runs, words } = counting("exit $((RUNS + 34))");
    const end = await run(shell, ["--restarts=2", "--pause=0", ...words]);
    expect([end.code, runs()]).toEqual([37, 3]);
    expect(end.stderr).toContain("code 37; 2 restarts have not helped");
  });

  test("passes on arguments, input and output, and a success", async () => {
    const end = await run(shell, ["--restarts", "1", "--", "sh", "-c", 'read a; echo "$a $1|$2"', "sh", "b  c", ""]);
    expect(end).toEqual({ code: 0, stdout: "given b  c|\n", stderr: "" });
  });

  test("doesn't repeat wrong use, and refuses its own", async () => {
    const { runs, words } = counting("exit 2");
    expect((await run(shell, ["--restarts", "3", ...words])).code).toBe(2);
    expect(runs()).toBe(1);
    for (const wrong of [[], words, ["--restarts", "x", ...words], ["--restarts", "1"], ["--restart", "1", ...words]]) {
      const end = await run(shell, wrong);
      expect([end.code, end.stderr]).toEqual([2, expect.stringContaining("usage: restarts.sh --restarts N")]);
    }
    expect(runs()).toBe(1);
  });

  test.each(["SIGTERM", "SIGUSR1", "SIGINT"] as const)(
    "%s goes on to the command, which isn't started again",
    async (name) => {
      const heard = name === "SIGINT" ? "TERM" : name.slice(3);
      const { runs, words } = counting(`trap 'echo saved; exit 7' ${heard}; while :; do sleep 0.05; done`);
      const end = await run(shell, ["--restarts", "3", "--pause", "0", ...words], async (kill) => {
        await until(() => runs() === 1);
        await sleep(200);
        kill(name);
      });
      expect([end.code, end.stdout, runs()]).toEqual([7, "saved\n", 1]);
      expect(end.stderr).toContain(`ended by ${name}, code 7`);
    },
  );

  test("a signal in the pause ends it", async () => {
    const { runs, words } = counting("exit 5");
    const started = performance.now();
    const end = await run(shell, ["--restarts", "3", "--pause", "60", ...words], async (kill) => {
      await until(() => runs() === 1);
      await sleep(300);
      kill("SIGTERM");
    });
    expect(end.code).not.toBe(0);
    expect(runs()).toBe(1);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

test("is a script of plain sh", () => {
  expect(readFileSync(script, "utf8").split("\n")[0]).toBe("#!/bin/sh");
  expect(spawnSync("sh", ["-n", script]).status).toBe(0);
});
