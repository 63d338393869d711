/** The cost model against what is measured between two network namespaces with a rate and a delay: Linux, as root, with Open MPI. */
import { UsageError } from "../src/base/errors.ts";
import { type Json, runChild } from "./child.ts";
import { referenceShape, stepCost } from "./cluster/cost-model.ts";
import { LAUNCH, onRanks } from "./cluster/launch.ts";
import { machinesFrom } from "./cluster/machines.ts";
import { NetworkHosts } from "./cluster/network-hosts.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";

const defaults = {
  rate: "1gbit",
  delay: "0.2ms",
  experts: "0,16,64",
  batch: 32,
  len: 25,
  steps: 10,
  launch: "mpirun",
  message: 5,
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { rate, delay, batch, len, steps, launch, message } = options;
  const hosts = openHosts(rate, delay);
  try {
    // Words with spaces can't be options: what runs on the first host is put before the whole line.
    const across = (name: string, words: readonly string[]) => {
      const child = onRanks([launch, ...hosts.launcherOptions].join(" "), 2, name, words);
      const [command, ...before] = hosts.on(0);
      return { ...child, command: command!, args: [...before, child.command, ...child.args] };
    };
    const link = await runChild(across("link", []));
    const rows: Row[] = [];
    for (const experts of options.experts.split(",").map(Number)) {
      const sizes = experts === 0 ? ["--no-moe"] : ["--experts", String(experts)];
      const words = [
        ...sizes,
        ...["--batch", String(batch), "--len", String(len)],
        "--steps",
        String(steps),
        "--threads",
        "1",
      ];
      // Both processors work, as they do in the job.
      const alone = onRanks(LAUNCH, 1, "train-step", words);
      const [one, other] = await Promise.all([runChild(alone), runChild(alone)]);
      const slower = [one, other].sort((a, b) => Number(b["ms"]) - Number(a["ms"]))[0]!;
      const both = await runChild(across("train-step", words));
      rows.push(compare(experts, batch * len, slower, both, link, message));
    }
    const { transport, latency_us, bandwidth_mb_s } = link as Record<string, string | number>;
    const slowed = hosts.delays ? delay : "this kernel has no netem: the machine's own";
    return { rate, delay: slowed, transport, latency_us, bandwidth_mb_s, models: rows };
  } finally {
    hosts.remove();
  }
};

function openHosts(rate: string, delay: string): NetworkHosts {
  try {
    return new NetworkHosts(2, { rate, delay });
  } catch (cause) {
    throw new UsageError(`network namespaces can't be made: ${(cause as Error).message}`, {
      nextStep: "Run it on Linux as root, with ip and tc installed.",
      cause,
    });
  }
}

function compare(experts: number, positions: number, one: Json, both: Json, link: Json, message: number): Row {
  const model = referenceShape(experts);
  const machines = machinesFrom(model, positions, one, link, message);
  const { step, latency, rows, gradients } = stepCost(model, machines, {
    ranks: 2,
    positions,
    numberBytes: 4,
    overlap: 0,
  });
  const measured = Number(both["ms"]);
  return {
    experts,
    one_ms: Number(one["ms"]),
    measured_ms: measured,
    model_ms: rounded(1000 * step),
    rows_ms: rounded(1000 * rows),
    gradients_ms: rounded(1000 * gradients),
    latency_ms: rounded(1000 * latency),
    model_share: rounded(100 * ((1000 * step) / measured - 1)),
  };
}
