/** The cost model's machines, from figures of `train-step` on one rank and `link` on two. */
import type { Json } from "../child.ts";
import { type Machines, type ModelShape, stepCost } from "./cost-model.ts";

/** Rates with which the model gives the measured step of one rank; `message` in microseconds. */
export function machinesFrom(model: ModelShape, positions: number, step: Json, link: Json, message: number): Machines {
  const machines: Machines = {
    flops: 1,
    memory: 1e9 * Number(step["peak_gb_s"]),
    latency: Number(link["latency_us"]) / 1e6,
    message: message / 1e6,
    bandwidth: 1e6 * Number(link["bandwidth_mb_s"]),
    capacity: 0,
  };
  const job = { ranks: 1, positions, numberBytes: 4, overlap: 0 } as const;
  const { compute: operations, expertMemory } = stepCost(model, machines, job);
  // What experts' memory takes is no time of arithmetic; there is always some of that.
  const seconds = Number(step["ms"]) / 1000;
  return { ...machines, flops: operations / Math.max(seconds - expertMemory, seconds / 10) };
}
