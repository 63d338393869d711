// Source of truth: an undisturbed run of as many ranks, number by number; the half minute within which a job has to end.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { MpiFamily } from "../../src/parallel/mpi/launcher.ts";
import { families, launcher, type MpiEnd } from "../parallel/run-mpi.ts";
import { MARK, rankProcesses } from "./job-processes.ts";
import { runRanks } from "./run-nmt.ts";
import { lastCheckpoint, writeRun } from "./toy-run.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-failures-"));
afterAll(() => rmSync(folder, { recursive: true }));

const host = hostname();
const SECONDS = 30;

/** What is said of rank 1 of two. */
function killedRank(family: MpiFamily): RegExp {
  return family === "MPICH"
    ? new RegExp(`rank 1 of 2, on ${host}: error: the process was killed by SIGKILL`)
    : /process rank 1 with PID \d+ on node \S+/;
}

/** Sends a rank of a run a signal once there is a checkpoint; resolves to the run's end and how many seconds it took to come. */
async function disturb(
  { model }: { model: string },
  mark: string,
  signal: NodeJS.Signals,
  run: Promise<MpiEnd>,
): Promise<MpiEnd & { seconds: number }> {
  const checkpoints = join(model, "checkpoints");
  while (!existsSync(checkpoints) || readdirSync(checkpoints).every((name) => name.startsWith("."))) await sleep(50);
  const pid = rankProcesses(mark).get(1)!;
  process.kill(pid, signal);
  const since = performance.now();
  const end = await run;
  // What is stopped would stay where the launcher leaves it.
  if (signal === "SIGSTOP" && existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
  return { ...end, seconds: (performance.now() - since) / 1000 };
}

describe.each(families)("%s", (family) => {
  const missing = launcher(family) === undefined;
  const undisturbed = writeRun(folder, `undisturbed-${family.replace(" ", "")}`);

  test.skipIf(missing)("a run that nothing disturbs", async () => {
    const end = await runRanks(family, 2, ["train", "--config", undisturbed.config]);
    expect(end.code, end.text).toBe(0);
    expect(lastCheckpoint(undisturbed.model).step).toBe(60);
  });

  test.skipIf(missing).each([
    ["is killed", "SIGKILL", killedRank(family)],
    ["hangs", "SIGSTOP", new RegExp(`rank 1 on ${host} has not answered for 15 s`)],
  ] as const)("a rank that %s ends the job, and the same command goes on", async (what, signal, message) => {
    const run = writeRun(folder, `${what.replace(" ", "-")}-${family.replace(" ", "")}`);
    const words = ["train", "--config", run.config];
    const mark = `${process.pid}-${family}-${signal}`;
    const end = await disturb(run, mark, signal, runRanks(family, 2, words, { env: { [MARK]: mark } }));
    expect(end.code).not.toBe(0);
    expect(end.seconds).toBeLessThan(SECONDS);
    expect(end.text).toMatch(message);
    // The others end with it, and nothing is said of them.
    expect(end.text.match(/the process was killed/g) ?? []).toHaveLength(
      signal === "SIGKILL" && family === "MPICH" ? 1 : 0,
    );
    // The last of them may be on their way out.
    await expect.poll(() => rankProcesses(mark).size, { timeout: 10_000 }).toBe(0);
    const again = await runRanks(family, 2, words);
    expect(again.code, again.text).toBe(0);
    expect(again.text).toMatch(/resum/);
    expect(lastCheckpoint(run.model)).toEqual(lastCheckpoint(undisturbed.model));
  });

  const mounts = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", folder]).status === 0;
  test.skipIf(missing || !mounts)("a disk that is full ends the job, and what was saved is intact", async () => {
    const disk = join(folder, `disk-${family.replace(" ", "")}`);
    const run = writeRun(folder, `full-${family.replace(" ", "")}`, { save_model: disk, keep_checkpoint: 100 });
    // Room for a checkpoint or two. The disk goes with its namespace, so that the message has to tell.
    const shell = `mkdir -p ${disk} && mount -t tmpfs -o size=400k none ${disk} && exec "$@"`;
    const end = await runRanks(family, 2, ["train", "--config", run.config], {
      before: ["unshare", "--mount", "sh", "-c", shell, "sh"],
    });
    expect(end.code).not.toBe(0);
    expect(end.text).toMatch(new RegExp(`rank [01] of 2, on ${host}: .*the disk is full: step \\d+ was not saved`));
    expect(end.text.match(/the disk is full/g)).toHaveLength(1);
  });

  test.skipIf(missing)("restarts.sh brings a run to its end over a rank that is killed", async () => {
    const run = writeRun(folder, `restarted-${family.replace(" ", "")}`);
    const words = ["train", "--config", run.config];
    const mark = `${process.pid}-${family}-restarts`;
    const script = resolve(import.meta.dirname, "../../deploy/restarts.sh");
    const wrapped = ["sh", script, "--restarts", "2", "--pause", "0"];
    const started = runRanks(family, 2, words, { env: { [MARK]: mark }, before: wrapped });
    const end = await disturb(run, mark, "SIGKILL", started);
    expect(end.code, end.text).toBe(0);
    expect(end.text).toMatch(/again in 0 s, 2 restarts left/);
    expect(lastCheckpoint(run.model)).toEqual(lastCheckpoint(undisturbed.model));
  });
});
