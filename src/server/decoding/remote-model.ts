/** A model that the decoding process holds. */
import type { TranslateOptions } from "../../decoding/translate-options.ts";
import type { SourceLine } from "../../decoding/translation.ts";
import type { InspectAnswers, InspectRequest } from "../../inspection/inspector.ts";
import type { LineHypothesis, LineTranslation } from "../queue/batch-translator.ts";
import type { ModelFacts, PieceCounts, Services, TranslatedLine } from "./messages.ts";

/** The way to the process; the model's number is added to questions. */
interface Channel {
  ask<Kind extends keyof Services>(
    kind: Kind,
    question: Omit<Services[Kind]["ask"], "model">,
    signal?: AbortSignal,
  ): Promise<Services[Kind]["answer"]>;
  close(): void;
}

export class RemoteModel {
  readonly parallelism: number;
  readonly languages: ModelFacts["languages"];
  /** Sums over everything translated. */
  readonly counts: PieceCounts = { sourcePieces: 0, targetPieces: 0, cut: 0 };
  private readonly channel: Channel;

  constructor({ parallelism, languages }: ModelFacts, channel: Channel) {
    this.parallelism = parallelism;
    this.languages = languages;
    this.channel = channel;
  }

  /** The lines as one batch. Rejects with the signal's reason, TranslationError, RequestError 503 where the process ends. */
  async translate(
    lines: readonly SourceLine[],
    options: TranslateOptions,
    signal: AbortSignal,
  ): Promise<LineTranslation[]> {
    const { lines: results, counts } = await this.channel.ask("translate", { options, lines }, signal);
    this.counts.sourcePieces += counts.sourcePieces;
    this.counts.targetPieces += counts.targetPieces;
    this.counts.cut += counts.cut;
    return results.map(({ hypotheses, tooLong }) => ({ hypotheses: hypotheses.map(withFloats), tooLong }));
  }

  /** Explanations of translations, other words. */
  async inspect<Request extends InspectRequest>(
    request: Request,
    beamSize: number,
    signal: AbortSignal,
  ): Promise<InspectAnswers[Request["kind"]]> {
    const answer = await this.channel.ask("inspect", { beamSize, request }, signal);
    return answer as InspectAnswers[Request["kind"]];
  }

  dispose(): void {
    this.channel.close();
  }
}

function withFloats({ alignment, ...rest }: TranslatedLine["hypotheses"][number]): LineHypothesis {
  return { ...rest, ...(alignment && { alignment: alignment.map((row) => Float32Array.from(row)) }) };
}
