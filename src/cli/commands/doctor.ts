/** `nmt doctor`: what this machine can run, how fast, why a backend is not usable, and how to get a faster one. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { CommandModule } from "yargs";
import { type BackendSpeed, measureBackend } from "../../backends/measure.ts";
import { type BackendAvailability, probeBackend, selectBackend } from "../../backends/select.ts";
import { type BackendName, backendNames, type Precision } from "../../base/engine-names.ts";
import { installedMpi, type MpiLibrary } from "../../parallel/mpi/library.ts";
import { engineOptions } from "../engine-options.ts";
import { packageVersion } from "../package-info.ts";

interface DoctorArguments {
  threads: number;
  precision: Precision | "auto";
  format: "text" | "json";
}

export interface Diagnosis {
  version: string;
  node: string;
  platform: string;
  processor: string;
  cores: number;
  memoryGiB: number;
  backends: ({ name: BackendName } & BackendAvailability)[];
  /** What `--backend auto` runs here. */
  chosen: BackendName;
  speed: BackendSpeed;
  /** Libraries that training on several machines can use. */
  mpi: MpiLibrary[];
}

export const doctorCommand: CommandModule<object, DoctorArguments> = {
  command: "doctor",
  describe: "Show which backends work here, how fast, and how to get a faster one",
  builder: (yargs) =>
    yargs
      .option("threads", engineOptions.threads)
      .option("precision", engineOptions.precision)
      .option("format", { choices: ["text", "json"] as const, default: "text" as const, describe: "Output format" }),
  handler: async ({ threads, precision, format }) => {
    const diagnosis = await diagnose({ threads, precision });
    const text = format === "json" ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis);
    process.stdout.write(`${text}\n`);
  },
};

async function diagnose(engine: { threads: number; precision: Precision | "auto" }): Promise<Diagnosis> {
  const backends: Diagnosis["backends"] = [];
  for (const name of backendNames) backends.push({ name, ...(await probeBackend(name, engine)) });
  const { backend: chosen } = await selectBackend(engine);
  return {
    version: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    backends,
    chosen,
    speed: await measureBackend(),
    mpi: installedMpi(),
  };
}

/** The report for a terminal: machine, backends from fastest to slowest, speed of the chosen one. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { version, node, platform, processor, cores, memoryGiB, backends, chosen, speed, mpi } = diagnosis;
  const lines = [
    `gnmt-moe ${version}, Node.js ${node}, ${platform}`,
    `${processor}, ${cores} cores, ${memoryGiB.toFixed(1)} GiB`,
    "",
    "Backends, fastest first (* is what --backend auto runs here):",
  ];
  const width = Math.max(...backends.map(({ name }) => name.length));
  for (const backend of backends) {
    const mark = backend.name === chosen ? "*" : " ";
    const state = backend.usable ? `usable: ${backend.detail}` : `not usable: ${backend.reason}`;
    lines.push(`${mark} ${backend.name.padEnd(width)}  ${state}`);
    const faster = backendNames.indexOf(backend.name) < backendNames.indexOf(chosen);
    if (!backend.usable && faster && backend.nextStep !== "") {
      lines.push(`  ${" ".repeat(width)}  to get it: ${backend.nextStep}`);
    }
  }
  lines.push("", `${chosen}: ${speed.matmul.toFixed(1)} GFLOP/s in matrix products`);
  if (speed.peak !== undefined) {
    const { f32, bf16, memory } = speed.peak;
    const half = bf16 > 0 ? `, ${bf16.toFixed(0)} GFLOP/s in bf16` : "";
    lines.push(`this machine's limits: ${f32.toFixed(0)} GFLOP/s in f32${half}, ${memory.toFixed(1)} GB/s from memory`);
    if (bf16 > 1.2 * f32) lines.push("to be faster: --precision bf16");
  }
  lines.push("", ...mpi.map(({ path, version }) => `MPI: ${version} (${path})`));
  if (mpi.length === 0)
    lines.push("MPI: none found (needed for several processes or machines only; openmpi-bin has it)");
  return lines.join("\n");
}
