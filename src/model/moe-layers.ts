/** Places mixture-of-experts layers in a stack of LSTM layers. */
import type { Parameters } from "../layers/parameters.ts";
import { MoeLayer } from "../moe/moe-layer.ts";
import type { StackOptions } from "./options.ts";

/** The mixture-of-experts layers of one stack, by the LSTM layer (from 1) they follow; called `prefix` and that number. */
export function moeLayers(
  parameters: Parameters,
  prefix: string,
  after: readonly number[],
  { moe, moeSizes, hiddenSize }: Pick<StackOptions, "moe" | "moeSizes" | "hiddenSize">,
): Map<number, MoeLayer> {
  if (moe === undefined) return new Map();
  return new Map(
    after.map((layer) => {
      const name = `${prefix}${layer}`;
      return [layer, new MoeLayer(parameters, name, { ...moe, ...moeSizes?.get(name), hiddenSize })];
    }),
  );
}
