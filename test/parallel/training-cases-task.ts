/** Several cases of training-task.ts one after the other: a job takes seconds to start. */
import type { Communicator } from "../../src/parallel/communicator.ts";
import { run as runCase, type TrainingInput, type TrainingOutcome } from "./training-task.ts";

export async function run(ranks: Communicator, inputs: readonly TrainingInput[]): Promise<TrainingOutcome[]> {
  const outcomes: TrainingOutcome[] = [];
  for (const input of inputs) outcomes.push(await runCase(ranks, input));
  return outcomes;
}
