/** Attention each source position has received from each hypothesis so far; follows hypotheses when beams are reordered. */
import type { StepAttention } from "../../model/decoder-state.ts";
import { coveragePenalty } from "./length-penalty.ts";

/** Sums of attention over steps, [rows][source positions]. */
export class Coverage {
  /** Row r's sums are `sums[offsets[r] … offsets[r + 1])`, as in StepAttention. */
  private sums = new Float64Array(0);
  /** The same before the last step. */
  private before = new Float64Array(0);
  private offsets = new Int32Array(1);

  /** Adds one step's attention, row by row. */
  add({ weights, offsets }: StepAttention): void {
    if (this.sums.length === 0) {
      this.sums = new Float64Array(weights.length);
      this.offsets = Int32Array.from(offsets);
    }
    this.before = this.sums;
    this.sums = this.sums.map((sum, i) => sum + weights[i]!);
  }

  /** Makes row i the continuation of old row `rows[i]`. */
  select(rows: Int32Array): void {
    const offsets = new Int32Array(rows.length + 1);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      offsets[i + 1] = offsets[i]! + this.offsets[row + 1]! - this.offsets[row]!;
    }
    const sums = new Float64Array(offsets[rows.length]!);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      sums.set(this.sums.subarray(this.offsets[row]!, this.offsets[row + 1]!), offsets[i]!);
    }
    this.sums = sums;
    this.offsets = offsets;
  }

  /** β · Σ log(min(attention, 1)) of a row. */
  penalty(row: number, beta: number): number {
    return coveragePenalty(this.sums, beta, this.offsets[row]!, this.offsets[row + 1]!);
  }

  /** That of a row without the step that was added last, to be asked before rows are selected. */
  penaltyBefore(row: number, beta: number): number {
    return coveragePenalty(this.before, beta, this.offsets[row]!, this.offsets[row + 1]!);
  }
}
