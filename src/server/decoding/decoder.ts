/** The decoding process's work: opens models, and answers questions with them. */
import { type LoadedModel, loadTranslationModel } from "../../inference/open-model.ts";
import { BatchDecoder } from "./batch-decoder.ts";
import { type DirectoryLoad, ExpertLoads } from "./expert-loads.ts";
import type { ModelFacts, Question, Services } from "./messages.ts";

interface OpenModel {
  directory: string;
  loaded: Promise<LoadedModel>;
  decoder: Promise<BatchDecoder>;
  /** Questions that it works on; it is disposed of after the last one. */
  users: number;
  isUnloaded: boolean;
}

/** How a model is opened. */
export type ModelLoader = typeof loadTranslationModel;

export class Decoder {
  private readonly models = new Map<number, OpenModel>();
  private readonly load: ModelLoader;
  /** Models that are loaded, and what the experts of those that were let go have worked on. */
  private readonly loaded = new Map<OpenModel, BatchDecoder>();
  private readonly endedLoads = new ExpertLoads();

  constructor(load: ModelLoader = loadTranslationModel) {
    this.load = load;
  }

  /** Rejects with the signal's reason, and with errors of opening the model and of translating. */
  async answer(question: Question, signal: AbortSignal): Promise<Services[keyof Services]["answer"]> {
    if (question.kind === "load") return this.open(question);
    if (question.kind === "expertLoads") return this.expertLoads();
    return this.use(question.model, (decoder): Promise<Services["translate" | "inspect"]["answer"]> => {
      return question.kind === "inspect" ? decoder.inspect(question, signal) : decoder.translate(question, signal);
    });
  }

  /** Lets the model go once it works on nothing. */
  unload(number: number): void {
    const model = this.models.get(number);
    if (model === undefined) return;
    this.models.delete(number);
    model.isUnloaded = true;
    if (model.users === 0) void this.dispose(model);
  }

  private expertLoads(): DirectoryLoad[] {
    const open = [...this.loaded].map(([{ directory }, decoder]) => loadOf(directory, decoder));
    return new ExpertLoads().addAll(this.endedLoads.list()).addAll(open).list();
  }

  private async open({ model: number, directory, engine }: Services["load"]["ask"]): Promise<ModelFacts> {
    const loaded = this.load(directory, engine);
    const decoder = loaded.then((parts) => new BatchDecoder(parts));
    const open: OpenModel = { directory, loaded, decoder, users: 0, isUnloaded: false };
    this.models.set(number, open);
    decoder.then(
      (each) => this.loaded.set(open, each),
      () => {},
    );
    const { model, languages } = await loaded;
    const { sources, targets } = languages;
    return { parallelism: model.parallelism, languages: { sources, targets } };
  }

  private async use<T>(number: number, work: (decoder: BatchDecoder) => Promise<T>): Promise<T> {
    const model = this.models.get(number);
    if (model === undefined) throw new Error(`there is no model ${number}`);
    model.users++;
    try {
      return await work(await model.decoder);
    } finally {
      model.users--;
      if (model.isUnloaded && model.users === 0) void this.dispose(model);
    }
  }

  private async dispose(open: OpenModel): Promise<void> {
    const decoder = await open.decoder.catch(() => undefined);
    if (decoder === undefined) return;
    this.endedLoads.addEnded([loadOf(open.directory, decoder)]);
    this.loaded.delete(open);
    (await open.loaded).model.dispose();
  }
}

function loadOf(directory: string, decoder: BatchDecoder): DirectoryLoad {
  return { directory, layers: decoder.expertLoad(), memory: decoder.expertMemory() };
}
