/** Makes and runs the numbered cases of a format. Case i is the same in every run with the same seed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { NmtError } from "../../src/base/errors.ts";
import { Random } from "../../src/base/random.ts";
import type { Format, Sample } from "./format.ts";
import { damage } from "./mutations.ts";

export type Outcome = "typed error" | "accepted" | "problem";

export interface CaseResult {
  outcome: Outcome;
  /** What was damaged and how. */
  damage: string;
  /** What went wrong, for a problem. */
  problem?: string;
}

export class CaseRunner {
  private readonly format: Format;
  private readonly seed: number;
  private readonly samples: readonly Sample[];
  private readonly folder: string;

  private constructor(format: Format, seed: number, samples: readonly Sample[], folder: string) {
    this.format = format;
    this.seed = seed;
    this.samples = samples;
    this.folder = folder;
  }

  /** Makes the samples, and checks that they can be read while they are intact. */
  static async create(format: Format, seed: number): Promise<CaseRunner> {
    const folder = mkdtempSync(join(tmpdir(), "nmt-fuzz-"));
    const scratch = join(folder, "samples");
    mkdirSync(scratch);
    const samples = await format.samples(scratch);
    const runner = new CaseRunner(format, seed, samples, folder);
    for (const sample of samples.keys()) await format.read(runner.write(samples[sample]!.files), sample);
    return runner;
  }

  async run(index: number): Promise<CaseResult> {
    const { folder, sample, damage } = this.make(index);
    try {
      await this.format.read(folder, sample);
      return { outcome: "accepted", damage };
    } catch (error) {
      const problem = problemOf(error);
      return problem === undefined ? { outcome: "typed error", damage } : { outcome: "problem", damage, problem };
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes the case's files: those of a sample, one or two of them damaged. */
  private make(index: number): { folder: string; sample: number; damage: string } {
    const random = new Random(this.seed, crc32(this.format.name) * 2 ** 20 + index);
    const sample = random.integer(this.samples.length);
    const files: Record<string, Uint8Array> = { ...this.samples[sample]!.files };
    const paths = Object.keys(files).filter((path) => this.format.damages?.(path) ?? true);
    const done: string[] = [];
    for (let more = random.integer(8) === 0 ? 2 : 1; more > 0; more--) {
      const path = paths[random.integer(paths.length)]!;
      const place = `sample ${sample}, ${path}`;
      if (paths.length > 1 && random.integer(25) === 0) {
        delete files[path];
        done.push(`${place}: removed`);
        continue;
      }
      const others = this.samples[random.integer(this.samples.length)]!.files;
      const names = Object.keys(others);
      const other = Buffer.from(
        others[random.integer(2) === 0 && path in others ? path : names[random.integer(names.length)]!]!,
      );
      const { bytes, ways } = damage(Buffer.from(files[path] ?? []), random, other, this.format.isText === true);
      files[path] = bytes;
      done.push(`${place}: ${ways.join(", ")}`);
    }
    return { folder: this.write(files), sample, damage: done.join("; ") };
  }

  private write(files: Readonly<Record<string, Uint8Array>>): string {
    const folder = join(this.folder, "case");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return folder;
  }
}

/** Undefined for an error that tells the user what and where, and what to do. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof NmtError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error.where === undefined || error.nextStep === undefined) {
    const missing = error.where === undefined ? "where" : "nextStep";
    return `${error.name} without ${missing}: ${error.message}\n${error.stack?.split("\n").slice(1, 4).join("\n")}`;
  }
  return undefined;
}
