/** What a run takes over from the model it starts from: first values, moments, and the sentences that say so. */
import type { Config } from "../../config/config.ts";
import type { OptimizerState } from "../../optim/optimizer.ts";
import { learningRateAt } from "../../optim/schedules.ts";
import type { PartOf } from "../../parallel/parts.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";
import type { TrainerState } from "../trainer-state.ts";
import type { BaseModel } from "./base-model.ts";
import { rowsOfNewPieces } from "./extended-rows.ts";
import { InitialValues } from "./initial-values.ts";

/** All of it. `moments` and `report` are to be asked for once the model has been made. */
export interface Transfer {
  /** Values of a parameter, or of a part of it, or undefined where it starts as in a run of its own. */
  initial(name: string, shape: readonly number[], part?: PartOf): Float32Array | undefined;
  moments(): OptimizerState | undefined;
  /** Of the new run. */
  state: Pick<TrainerState, "momentSteps">;
  report(): string[];
  /** Throws ConfigError where the run's model is not the same as the other one, parameter by parameter. */
  requireUnchanged(): void;
}

/** `wordpieces` begin with the model's. */
export function transferFrom(base: BaseModel, config: Config, wordpieces: WordpieceModel): Transfer {
  const values = new InitialValues(base, config, rowsOfNewPieces(base.wordpieces, wordpieces));
  const rate = learningRateAt(config, 1, 0).toExponential(1);
  const moments = base.moments === undefined ? "new" : `kept, after ${base.moments.steps} steps`;
  return {
    initial: (name, shape, part) => values.of(name, shape, part),
    moments: () => values.moments(),
    state: base.moments === undefined ? {} : { momentSteps: base.moments.steps },
    requireUnchanged: () => values.requireUnchanged(),
    report: () => [
      ...values.report(),
      `moments of the optimiser are ${moments} (reset_optim); the schedule starts anew, at a learning rate of ${rate}`,
    ],
  };
}
