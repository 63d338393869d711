// Source of truth: the shells and YAML themselves, the command's own options, the keys of configurations, and the files of the project.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { commands } from "../../src/cli/command-table.ts";
import { commandHelp } from "../../src/cli/run-command.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const folder = mkdtempSync(join(tmpdir(), "nmt-recipes-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Options of each command, by its name. */
const options = new Map<string, string[]>();
beforeAll(async () => {
  for (const { name, load, inJobs } of commands) {
    if (inJobs !== true) continue;
    const help = await commandHelp(await load(), name, 100);
    options.set(
      name,
      [...help.matchAll(/^\s+--(\w+)/gm)].map(([, option]) => option!),
    );
  }
});

/** Puts commands before those of the system that print their own name and words. */
function withEcho(names: readonly string[]): NodeJS.ProcessEnv {
  for (const name of names) writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} "$@"\n`, { mode: 0o755 });
  return { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
}

describe("scripts", () => {
  test.each(["deploy/restarts.sh", "deploy/hosts/train.sh", "deploy/slurm/train.sbatch"])("%s is plain sh", (name) => {
    expect(read(name)).toMatch(/^#!\/bin\/sh\n/);
    expect(spawnSync("sh", ["-n", join(root, name)]).status).toBe(0);
  });

  test("hosts: as many ranks as the machines have slots, on the network that is named", () => {
    const env = withEcho(["mpirun"]);
    const list = join(folder, "hosts");
    writeFileSync(list, "# two\nnode1 slots=3\nnode2\n");
    const run = (more: NodeJS.ProcessEnv, ...words: string[]) =>
      spawnSync("sh", [join(root, "deploy/hosts/train.sh"), ...words], { env: { ...env, ...more }, encoding: "utf8" });
    const { stdout } = run({ NMT_NETWORK: "10.0.0.0/24" }, list, "a b.yaml", "--train_steps", "9");
    const network = "--mca btl_tcp_if_include 10.0.0.0/24 --mca oob_tcp_if_include 10.0.0.0/24";
    const given = `--hostfile ${list} -n 4 --bind-to none --mca odls_base_sigkill_timeout 30`;
    expect(stdout).toBe(`mpirun ${given} ${network} nmt train --config a b.yaml --train_steps 9\n`);
    expect(run({}, list, "a.yaml").stdout).toBe(`mpirun ${given} nmt train --config a.yaml\n`);
    expect(run({}, list).status).toBe(2);
    writeFileSync(list, "# none\n");
    expect(run({}, list, "a.yaml")).toMatchObject({ status: 2, stderr: expect.stringContaining("names no machine") });
  });

  test("Slurm: the job's cores are the ranks', and a failure starts it anew", () => {
    const env = { ...withEcho(["srun"]), SLURM_CPUS_PER_TASK: "8" };
    const script = join(root, "deploy/slurm/train.sbatch");
    const { stdout } = spawnSync("sh", [script, "t.yaml", "--train_steps", "9"], { env, cwd: root, encoding: "utf8" });
    const words = "--mpi=pmix --kill-on-bad-exit=1 --cpus-per-task=8 nmt train --config t.yaml --train_steps 9";
    expect(stdout).toBe(`srun ${words}\n`);
    const heads = [...read("deploy/slurm/train.sbatch").matchAll(/^#SBATCH --([\w-]+)=(\S+)$/gm)];
    const head = Object.fromEntries(heads.map(([, key, value]) => [key, value]));
    expect(head).toMatchObject({ signal: "USR1@120", dependency: "singleton", "open-mode": "append" });
  });
});

describe("Kubernetes", () => {
  const job = parse(read("deploy/kubernetes/train.yaml"));
  const { Launcher: launcher, Worker: worker } = job.spec.mpiReplicaSpecs;
  const [first] = launcher.template.spec.containers;

  test("is an MPIJob of v2beta1 whose ranks are its workers'", () => {
    expect(job).toMatchObject({ apiVersion: "kubeflow.org/v2beta1", kind: "MPIJob" });
    expect(job.spec).toMatchObject({ mpiImplementation: "OpenMPI", sshAuthMountPath: "/root/.ssh" });
    const ranks = Number(first.command[first.command.indexOf("-n") + 1]);
    expect(ranks).toBe(worker.replicas * job.spec.slotsPerWorker);
  });

  test("starts a command that there is, by a script that the image has, in a folder that all pods see", () => {
    const words: string[] = first.command;
    expect(words.slice(0, 3)).toEqual(["sh", "/app/deploy/restarts.sh", "--restarts"]);
    const given = words.slice(words.indexOf("nmt") + 2).filter((word) => word.startsWith("--"));
    expect(options.get("train")).toEqual(expect.arrayContaining(given.map((word) => word.slice(2))));
    for (const { template } of [launcher, worker]) {
      const { containers, volumes } = template.spec;
      expect(containers[0].image).toBe(first.image);
      expect(containers[0].volumeMounts).toEqual([{ name: "work", mountPath: "/runs" }]);
      expect(volumes[0]).toMatchObject({ name: "work", persistentVolumeClaim: { claimName: "nmt-work" } });
    }
    const threads = words[words.indexOf("--threads") + 1];
    expect(worker.template.spec.containers[0].resources.requests.cpu).toBe(threads);
  });

  test("the image has what is copied into it, Open MPI, and ssh", () => {
    const image = read("deploy/kubernetes/Dockerfile");
    expect(image).toContain("openmpi-bin openssh-client openssh-server");
    const copied = [...image.matchAll(/^COPY --from=build (.*) \S+$/gm)].flatMap(([, paths]) => paths!.split(" "));
    const made = ["dist", "native/build/nmt_native.node", "node_modules"];
    for (const path of copied.map((each) => each.replace("/app/", "")).filter((each) => !made.includes(each))) {
      expect(existsSync(join(root, path)), path).toBe(true);
    }
    // Both images are built alike.
    const stage = (text: string) =>
      text.slice(text.indexOf("ARG NODE"), text.indexOf("FROM", text.indexOf("AS build")));
    expect(stage(image)).toBe(stage(read("deploy/Dockerfile")));
  });
});

describe("docs/guide/cluster.md", () => {
  const page = read("docs/guide/cluster.md");

  test("names files that there are", () => {
    for (const [path] of page.matchAll(/deploy\/[\w./-]*\w/g)) expect(existsSync(join(root, path)), path).toBe(true);
  });

  test("names commands of jobs with options that they have", () => {
    const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text]) => text!.split("\n"));
    const lines = blocks.filter((line) => /\bnmt [a-z]/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [, words] = /\bnmt ([a-z].*?)( +#.*)?$/.exec(line)!;
      const name = [...options.keys()].find((each) => words!.startsWith(each))!;
      expect(name, line).toBeDefined();
      for (const [, option] of words!.matchAll(/--(\w+)/g)) expect(options.get(name), line).toContain(option);
    }
  });

  test("names keys of configurations that there are", () => {
    const keys = ["expert_parallel", "threads", "batch_size", "learning_rate", "warmup_steps", "accum_count"];
    for (const key of keys) expect(page).toContain(`\`${key}`);
    expect(options.get("train")).toEqual(expect.arrayContaining(keys));
  });
});
