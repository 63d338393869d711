/** A translation model that the native inference engine runs: f32, bf16 or int8, several batches side by side. */
import type { MarkerIds } from "../base/forced-targets.ts";
import type {
  DecoderState,
  ExpertGates,
  ExpertLoad,
  ExpertMemory,
  ForcedScores,
  TranslationModel,
} from "../model/decoder-state.ts";
import type { Seq2SeqOptions } from "../model/options.ts";
import { cutGates, cutLoad, type ExpertLayer, expertLayers, gatesSize } from "./expert-layers.ts";
import { scoresBySentence } from "./forced-scores.ts";
import { translationPlan } from "./model-plan.ts";
import { NativeDecoderState } from "./native-decoder-state.ts";
import { isWorthSharing, type OpenWeights, openWeights } from "./open-weights.ts";
import { packIds } from "./packed-ids.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What a source's translation is chosen from: ascending piece ids. */
export type CandidatePieces = (source: Int32Array) => Int32Array;

/** A translation model with its weights mapped into memory; `dispose` lets them go. */
export class NativeTranslationModel implements TranslationModel {
  readonly vocabularySize: number;
  readonly parallelism: number;
  private readonly weights: OpenWeights;
  private readonly markers: MarkerIds;
  private readonly candidates: CandidatePieces | undefined;
  private readonly expertLayers: readonly ExpertLayer[];
  private underWay = 0;

  private constructor(weights: OpenWeights, options: Seq2SeqOptions, candidates: CandidatePieces | undefined) {
    this.weights = weights;
    this.vocabularySize = options.vocabularySize;
    this.markers = options.markers;
    this.parallelism = weights.threads;
    this.expertLayers = expertLayers(options);
    this.candidates = candidates;
  }

  /** Without `candidates`, translations are chosen from the whole vocabulary. Fails as `openWeights` does. */
  static async open(
    file: WeightsFile,
    options: Seq2SeqOptions,
    candidates?: CandidatePieces,
  ): Promise<NativeTranslationModel> {
    const weights = await openWeights(file, translationPlan(options), candidates !== undefined);
    return new NativeTranslationModel(weights, options, candidates);
  }

  /** What products are computed in. */
  get arithmetic(): OpenWeights["arithmetic"] {
    return this.weights.arithmetic;
  }

  async startDecoding(sources: readonly Int32Array[]): Promise<DecoderState> {
    const { addon, handle } = this.weights;
    const { ids, starts } = packIds(sources);
    const { candidates } = this;
    const lists = candidates && packIds(sources.map((source) => candidates(source)));
    this.underWay++;
    try {
      const state = await addon.startDecoding(
        handle,
        ids,
        starts,
        lists?.ids,
        lists?.starts,
        this.isShared(ids.length),
      );
      return new NativeDecoderState(this.weights, state, {
        sentences: sources.length,
        sourceLengths: Int32Array.from(sources, ({ length }) => length),
        vocabularySize: this.vocabularySize,
        isShared: (rows) => this.isShared(rows),
        onEnd: () => {
          this.underWay--;
        },
      });
    } catch (error) {
      this.underWay--;
      throw error;
    }
  }

  async forceScore(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ForcedScores> {
    const { addon, handle } = this.weights;
    const source = packIds(sources);
    const target = packIds(targets);
    const scores = new Float32Array(target.ids.length + targets.length);
    const { bosId, eosId } = this.markers;
    this.underWay++;
    try {
      await addon.forceScore(
        handle,
        source.ids,
        source.starts,
        target.ids,
        target.starts,
        bosId,
        eosId,
        scores,
        this.isShared(sources.length),
      );
    } finally {
      this.underWay--;
    }
    return { tokens: scoresBySentence(scores, target.starts) };
  }

  async expertGates(sources: readonly Int32Array[], targets: readonly Int32Array[]): Promise<ExpertGates[]> {
    const { addon, handle } = this.weights;
    const source = packIds(sources);
    const target = packIds(targets);
    const counts = { source: sources.map(({ length }) => length), target: targets.map(({ length }) => length + 1) };
    const gates = new Float32Array(gatesSize(this.expertLayers, counts));
    this.underWay++;
    try {
      await addon.expertGates(
        handle,
        source.ids,
        source.starts,
        target.ids,
        target.starts,
        this.markers.bosId,
        gates,
        this.isShared(sources.length),
      );
    } finally {
      this.underWay--;
    }
    return cutGates(gates, this.expertLayers, counts);
  }

  expertLoad(): ExpertLoad[] {
    const { addon, handle } = this.weights;
    return cutLoad(addon.expertLoad(handle), this.expertLayers);
  }

  expertMemory(): ExpertMemory | undefined {
    const { addon, handle, hasExpertBound } = this.weights;
    if (!hasExpertBound) return undefined;
    const [bytes, uses, packed, letGo] = addon.expertMemory(handle);
    return { bytes, uses, packed, letGo };
  }

  dispose(): void {
    this.weights.addon.closeHandle(this.weights.handle);
  }

  /** Whether all threads are to work on a batch of so many rows. */
  private isShared(rows: number): boolean {
    return this.underWay === 1 && isWorthSharing(rows, this.weights);
  }
}
