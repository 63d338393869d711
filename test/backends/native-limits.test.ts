/** Source of truth: the system's limit of address space (`prlimit --as`), under which too many threads and too large arrays can't be had. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { probeForTests } from "./native-required.ts";

const root = join(import.meta.dirname, "../..");
const { usable } = await probeForTests("native");
const limits = usable && process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0;

/** Runs in a process of its own, whose address space may grow by 256 MiB: less than 1,000 stacks of threads, or 20,000² floats. */
const script = `
  import { execFileSync } from "node:child_process";
  import { readFileSync } from "node:fs";
  import * as tf from "@tensorflow/tfjs";
  import { loadAddon } from "./src/backends/native/addon.ts";
  import { selectBackend } from "./src/backends/select.ts";
  await selectBackend({ backend: "native", threads: 2 });
  const product = (n) => tf.tidy(() => tf.matMul(tf.ones([n, 1]), tf.ones([1, n])).sum().arraySync());
  product(3);
  const used = 1024 * Number(/VmSize:\\s*(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  execFileSync("prlimit", ["--pid", String(process.pid), "--as=" + (used + 256 * 1024 * 1024)]);
  const addon = loadAddon();
  const refused = (task) => {
    try {
      task();
      return "nothing was thrown";
    } catch (error) {
      return error.name + ": " + error.message;
    }
  };
  const threads = refused(() => addon.setThreads(1000));
  const left = addon.threads();
  const inference = refused(() => addon.openThreads(1000));
  const selected = await selectBackend({ backend: "native", threads: 1000 }).then(() => "", (error) => error.name + ": " + error.message);
  console.log(JSON.stringify({
    threads, left, inference, selected, array: refused(() => addon.allocate(2 ** 31)), product: refused(() => product(20000)), after: product(3),
  }));
`;

test.skipIf(!limits)(
  "what the system doesn't give is an error that says what was asked for, and the process goes on",
  () => {
    const args = ["--import", "tsx", "--input-type=module", "-e", script];
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect(signal, stderr).toBeNull();
    const found = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1)) as Record<string, string | number>;
    expect(found["threads"]).toMatch(/^Error: setThreads: only \d+ of 1000 threads could be had/);
    expect(found["left"]).toBe(2);
    expect(found["inference"]).toMatch(/^Error: openThreads: only \d+ of 1000 threads could be had/);
    expect(found["selected"]).toMatch(/^BackendError: the native backend could not start 1000 threads/);
    expect(found["array"]).toMatch(/^OutOfMemoryError: out of memory in allocate \(bytes 2147483648\)/);
    expect(found["product"]).toMatch(
      /^OutOfMemoryError: out of memory in .*[Mm]at[Mm]ul.* \(an array of 400000000 floats\)/,
    );
    expect(found["after"]).toBe(9);
  },
);
