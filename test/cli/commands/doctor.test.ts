/** Source of truth: what a person needs to know: what runs, why the rest does not, and how to get a faster one. */
import { describe, expect, it } from "vitest";
import { type Diagnosis, formatDiagnosis } from "../../../src/cli/commands/doctor.ts";

const diagnosis: Diagnosis = {
  version: "1.2.3",
  node: "v20.19.0",
  platform: "linux x64",
  processor: "Some CPU",
  cores: 8,
  memoryGiB: 15.61,
  backends: [
    { name: "gpu", usable: false, reason: "no GPU", nextStep: "Install a driver." },
    { name: "native", usable: true, detail: "avx2, 8 threads, f32" },
    { name: "tfjs-node", usable: false, reason: "not installed", nextStep: "npm install it" },
    { name: "cpu", usable: true, detail: "plain JavaScript" },
  ],
  chosen: "native",
  speed: { matmul: 123.45, peak: { f32: 200, bf16: 0, memory: 21.26 } },
  mpi: [],
};

describe("formatDiagnosis", () => {
  it("marks the backend that runs, gives reasons, and advice only for faster ones", () => {
    const text = formatDiagnosis(diagnosis);
    expect(text).toContain("Some CPU, 8 cores, 15.6 GiB");
    expect(text).toContain(
      "  gpu        not usable: no GPU\n             to get it: Install a driver.\n* native     usable: avx2",
    );
    expect(text).toContain("tfjs-node  not usable: not installed\n  cpu");
    expect(text).toContain("native: 123.5 GFLOP/s in matrix products\n");
    expect(text).toMatch(/200 GFLOP\/s in f32, 21\.3 GB\/s from memory\n\nMPI: none found/);
  });

  it("suggests bf16 where it is faster", () => {
    const speed = { matmul: 1, peak: { f32: 200, bf16: 400, memory: 1 } };
    expect(formatDiagnosis({ ...diagnosis, speed })).toMatch(
      /400 GFLOP\/s in bf16.*\nto be faster: --precision bf16\n/,
    );
  });

  it("names MPI libraries", () => {
    const mpi = [{ path: "libmpi.so.40", version: "Open MPI v4.1.4" }];
    expect(formatDiagnosis({ ...diagnosis, mpi })).toMatch(/\nMPI: Open MPI v4\.1\.4 \(libmpi\.so\.40\)$/);
  });
});
