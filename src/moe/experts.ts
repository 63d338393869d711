/** Runs experts on the positions routed to them, and adds up what they return by their gates (Shazeer et al. 2017, equation 1). Dropless. */
import type { Tensor2D } from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import { combine, dispatch, planDispatch } from "../ops/dispatch.ts";
import { raggedCombine, raggedDispatch } from "../ops/ragged-dispatch.ts";
import type { ExpertNetworks } from "./expert-networks.ts";
import type { GateDecision } from "./gating.ts";

/** x [positions, hidden] → [positions, hidden] = Σ over chosen experts of gate · E(x); 0 for a position without experts. */
export function applyExperts(
  networks: ExpertNetworks,
  x: Tensor2D,
  { gates, experts, starts }: GateDecision,
  context: ForwardContext,
): Tensor2D {
  const plan = planDispatch(experts, networks.numExperts);
  if (starts !== undefined) {
    return raggedCombine(networks.run(raggedDispatch(x, plan, starts), plan.offsets, context), gates, plan, starts);
  }
  return combine(networks.run(dispatch(x, plan, gates.shape[1]), plan.offsets, context), gates, plan);
}
