/** A language model that the native inference engine runs. */
import type { MarkerIds } from "../base/forced-targets.ts";
import type { ExpertLoad, ForcedScores } from "../model/decoder-state.ts";
import type { LanguageModelOptions } from "../model/options.ts";
import { cutLoad, type ExpertLayer, languageModelExpertLayers } from "./expert-layers.ts";
import { scoresBySentence } from "./forced-scores.ts";
import { languageModelPlan } from "./model-plan.ts";
import { isWorthSharing, type OpenWeights, openWeights } from "./open-weights.ts";
import { packIds } from "./packed-ids.ts";
import type { WeightsFile } from "./weights-file.ts";

/** A language model with its weights mapped into memory; `dispose` lets them go. */
export class NativeLanguageModel {
  readonly vocabularySize: number;
  readonly parallelism: number;
  private readonly weights: OpenWeights;
  private readonly markers: MarkerIds;
  private readonly expertLayers: readonly ExpertLayer[];
  private underWay = 0;

  private constructor(weights: OpenWeights, options: LanguageModelOptions) {
    this.weights = weights;
    this.vocabularySize = options.vocabularySize;
    this.markers = options.markers;
    this.parallelism = weights.threads;
    this.expertLayers = languageModelExpertLayers(options);
  }

  /** Fails as `openWeights` does. */
  static async open(file: WeightsFile, options: LanguageModelOptions): Promise<NativeLanguageModel> {
    return new NativeLanguageModel(await openWeights(file, languageModelPlan(options)), options);
  }

  /** What products are computed in. */
  get arithmetic(): OpenWeights["arithmetic"] {
    return this.weights.arithmetic;
  }

  /** Log-probabilities of each text's pieces and of the `</s>` that ends it; texts are piece ids without markers. */
  async forceScore(texts: readonly Int32Array[]): Promise<ForcedScores> {
    const { addon, handle } = this.weights;
    const { ids, starts } = packIds(texts);
    const scores = new Float32Array(ids.length + texts.length);
    const { bosId, eosId } = this.markers;
    const shared = this.underWay++ === 0 && isWorthSharing(texts.length, this.weights);
    try {
      await addon.forceScore(handle, ids, starts, ids, starts, bosId, eosId, scores, shared);
    } finally {
      this.underWay--;
    }
    return { tokens: scoresBySentence(scores, starts) };
  }

  /** As of TranslationModel. */
  expertLoad(): ExpertLoad[] {
    const { addon, handle } = this.weights;
    return cutLoad(addon.expertLoad(handle), this.expertLayers);
  }

  dispose(): void {
    this.weights.addon.closeHandle(this.weights.handle);
  }
}
