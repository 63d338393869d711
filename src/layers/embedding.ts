/** A table of piece vectors. Unit variance at the start: smaller embeddings keep attention from being found. */
import type { Tensor2D } from "@tensorflow/tfjs";
import { embedding } from "../ops/embedding.ts";
import { isFrozen } from "../ops/frozen.ts";
import type { ForwardContext } from "./forward-context.ts";
import { normal } from "./initializers.ts";
import type { Parameters } from "./parameters.ts";

/** A table of vectors, one a piece. */
export class Embedding {
  /** [vocabulary, width] */
  readonly table: Tensor2D;

  constructor(parameters: Parameters, name: string, options: { size: number; width: number; deviation: number }) {
    this.table = parameters.create(name, [options.size, options.width], normal(options.deviation));
  }

  /** ids [positions] → [positions, width]; gradients are kept by row where the context says so. */
  lookUp(ids: Int32Array, context: ForwardContext): Tensor2D {
    const rows = isFrozen(this.table) ? undefined : context.rowGradients;
    return rows?.read(this.table, ids) ?? embedding(this.table, ids);
  }
}
