/** Several models with the same vocabulary as one: every step's probabilities are their mean. */
import { UsageError } from "../base/errors.ts";
import type {
  DecoderState,
  ForcedScores,
  StepAttention,
  StepCandidates,
  StepRequest,
  TranslationModel,
} from "../model/decoder-state.ts";
import { bestPieces } from "./processors/best-pieces.ts";

/** What is averaged. */
export type EnsembleMean =
  /** Log-probabilities: a translation's log P is then the mean of the models'. They are not normalised again. */
  | "log_probabilities"
  /** Probabilities. */
  | "probabilities";

/** A model that says the mean of what its members say; disposing of it disposes of them. */
export class EnsembleModel implements TranslationModel {
  readonly vocabularySize: number;
  readonly parallelism: number;
  private readonly members: readonly TranslationModel[];
  private readonly mean: EnsembleMean;

  /** Throws UsageError where there is no member or vocabularies differ in size. */
  constructor(members: readonly TranslationModel[], mean: EnsembleMean = "log_probabilities") {
    const sizes = members.map(({ vocabularySize }) => vocabularySize);
    if (sizes.length === 0 || sizes.some((size) => size !== sizes[0])) {
      throw new UsageError(`the models of an ensemble have vocabularies of ${sizes.join(", ")} pieces`, {
        nextStep: "Use models that were trained with the same wordpieces.",
      });
    }
    this.vocabularySize = sizes[0]!;
    this.parallelism = Math.min(...members.map(({ parallelism }) => parallelism));
    this.members = members;
    this.mean = mean;
  }

  async startDecoding(sources: readonly Int32Array[]): Promise<DecoderState> {
    const started = await Promise.allSettled(this.members.map((member) => member.startDecoding(sources)));
    const states = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failed = started.find((result) => result.status === "rejected");
    if (failed === undefined) return new EnsembleState(states, this.mean);
    for (const state of states) state.dispose();
    throw failed.reason;
  }

  async forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ForcedScores> {
    const scores = await Promise.all(this.members.map((member) => member.forceScore(sources, targets)));
    const tokens = targets.map((_, i) =>
      meanOf(
        scores.map((each) => each.tokens[i]!),
        this.mean,
      ),
    );
    return { tokens };
  }

  dispose(): void {
    for (const member of this.members) member.dispose();
  }
}

/** The members' states, their rows in the same order. */
class EnsembleState implements DecoderState {
  private readonly states: readonly DecoderState[];
  private readonly mean: EnsembleMean;

  constructor(states: readonly DecoderState[], mean: EnsembleMean) {
    this.states = states;
    this.mean = mean;
    const [first, ...others] = states;
    for (const state of others) {
      // A member may begin with the sentences in an order of its own.
      const rowOfSentence = new Map(Array.from(state.sentenceOfRow, (sentence, row) => [sentence, row]));
      const rows = first!.sentenceOfRow.map((sentence) => rowOfSentence.get(sentence)!);
      if (rows.some((row, i) => row !== i)) state.select(rows);
    }
  }

  get rows(): number {
    return this.states[0]!.rows;
  }

  get sentenceOfRow(): Int32Array {
    return this.states[0]!.sentenceOfRow;
  }

  async step(previous: Int32Array, { count, ...request }: StepRequest): Promise<StepCandidates> {
    const asked = { ...request, count: 0, distribution: true };
    const steps = await Promise.all(this.states.map((state) => state.step(previous, asked)));
    const distribution = meanOf(
      steps.map((step) => step.distribution!),
      this.mean,
    );
    const attentions = steps.flatMap(({ attention }) => (attention === undefined ? [] : [attention]));
    return {
      ...bestPieces(distribution, this.rows, count),
      ...(request.distribution && { distribution }),
      ...(request.withAttention && { attention: meanAttention(attentions) }),
    };
  }

  select(rows: Int32Array): void {
    for (const state of this.states) state.select(rows);
  }

  dispose(): void {
    for (const state of this.states) state.dispose();
  }
}

/** Of logarithms, place by place, as logarithms. */
function meanOf(logarithms: readonly Float32Array[], mean: EnsembleMean): Float32Array {
  return logarithms[0]!.map((_, i) => {
    let sum = 0;
    for (const each of logarithms) sum += mean === "probabilities" ? Math.exp(each[i]!) : each[i]!;
    const value = sum / logarithms.length;
    return mean === "probabilities" ? Math.log(value) : value;
  });
}

/** The members' attention lies on the same source positions. */
function meanAttention(attentions: readonly StepAttention[]): StepAttention {
  const { weights, offsets } = attentions[0]!;
  const mean = weights.map((_, i) => attentions.reduce((sum, each) => sum + each.weights[i]!, 0) / attentions.length);
  return { weights: mean, offsets };
}
