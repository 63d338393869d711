// Source of truth: what one process translates; steps that follow on the last checkpoint (parity of the numbers: test/parallel).
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostsAllowed, NetworkHosts } from "../../bench/cluster/network-hosts.ts";
import { launcher } from "../parallel/run-mpi.ts";
import { MARK, rankProcesses } from "./job-processes.ts";
import { runAlone, runRanks } from "./run-nmt.ts";
import { lastCheckpoint, writeRun } from "./toy-run.ts";

const usable = launcher("Open MPI") !== undefined && hostsAllowed();
const folder = mkdtempSync(join(tmpdir(), "nmt-four-hosts-"));
let hosts: NetworkHosts;

beforeAll(() => {
  if (usable) hosts = new NetworkHosts(4);
});
afterAll(() => {
  hosts?.remove();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!usable)("four hosts", () => {
  const run = writeRun(folder, "disturbed");
  const on = (size: number, words: readonly string[], mark = "none") =>
    runRanks("Open MPI", size, words, { before: hosts.on(0), flags: hosts.launcherOptions, env: { [MARK]: mark } });

  test("train over TCP; one that is killed is named, and three go on from the last checkpoint", async () => {
    const mark = `${process.pid}-hosts`;
    const words = ["train", "--config", run.config];
    const started = on(4, words, mark);
    while (!existsSync(join(run.model, "checkpoints", "step-000020"))) await sleep(50);
    process.kill(rankProcesses(mark).get(2)!, "SIGKILL");
    const end = await started;
    expect(end.code).not.toBe(0);
    expect(end.text).toMatch(/4 ranks on 4 machines/);
    expect(end.text).toMatch(new RegExp(`process rank 2 with PID \\d+ on node ${hosts.addresses[2]}`));
    const again = await on(3, words);
    expect(again.code, again.text).toBe(0);
    expect(again.text).toMatch(/3 ranks on 3 machines/);
    expect(lastCheckpoint(run.model).step).toBe(60);
  });

  test("translate what one process does", async () => {
    const words = ["translate", "--model", run.model, "--src", run.valid, "--threads", "1"];
    const output = join(folder, "translated");
    const end = await on(4, [...words, "--output", output]);
    expect(end.code, end.text).toBe(0);
    expect(readFileSync(output, "utf8")).toBe((await runAlone(words)).stdout);
  });
});
