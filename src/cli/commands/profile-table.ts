/** A step's profile as a table for the terminal: kernels by their share of the time, then what is no kernel. */
import type { StepProfile } from "../../backends/native/profile.ts";
import { alignColumns } from "../../base/text-table.ts";

/** Kernels that take less than this share are summed up in one line. */
const SMALLEST_SHARE = 0.002;

/** Figures are of one step: calls, milliseconds, per cent, GFLOP/s and GB/s of useful work. */
export function formatProfile(profile: StepProfile): string {
  const { steps, milliseconds, dataWait, outsideKernels, kernels } = profile;
  if (steps === 0) return "no step to profile";
  const row = (name: string, part: Partial<StepProfile["kernels"][number]> & { milliseconds: number }) => [
    name,
    part.calls === undefined ? "" : trimmed(part.calls / steps),
    (part.milliseconds / steps).toFixed(2),
    ((100 * part.milliseconds) / milliseconds).toFixed(1),
    rate(part.flops, part.milliseconds),
    rate(part.bytes, part.milliseconds),
  ];
  const shown = kernels.filter((kernel) => kernel.milliseconds >= SMALLEST_SHARE * milliseconds);
  const rest = kernels.slice(shown.length);
  const rows = [["kernel", "calls", "ms", "%", "GFLOP/s", "GB/s"], ...shown.map((kernel) => row(kernel.name, kernel))];
  if (rest.length > 0) rows.push(row(`${rest.length} smaller ones`, sumOf(rest)));
  rows.push(row("outside kernels", { milliseconds: outsideKernels }));
  rows.push(row("waiting for data", { milliseconds: dataWait }));
  const flops = sumOf(kernels).flops;
  rows.push(row(`a step, mean of ${steps}`, { milliseconds, flops }));
  return alignColumns(rows);
}

function sumOf(kernels: StepProfile["kernels"]): { calls: number; milliseconds: number; flops: number; bytes: number } {
  const sum = { calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
  for (const { calls, milliseconds, flops, bytes } of kernels) {
    sum.calls += calls;
    sum.milliseconds += milliseconds;
    sum.flops += flops;
    sum.bytes += bytes;
  }
  return sum;
}

/** 10⁹ a second; empty where nothing was counted. */
function rate(amount: number | undefined, milliseconds: number): string {
  return amount === undefined || amount === 0 || milliseconds === 0 ? "" : (amount / milliseconds / 1e6).toFixed(1);
}

/** At most one digit behind the point. */
function trimmed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
