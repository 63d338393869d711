/** Which arithmetic multiplies faster here. Processors that have bf16 products don't all run them faster than f32. */
import type { Precision } from "../../base/engine-names.ts";
import type { NativeAddon } from "./addon.ts";

/** [256, 512] × [512, 1024], about the size of a layer's product. */
const [M, K, N] = [256, 512, 1024];
const TRIALS = 4;
/** bf16 loses accuracy, so a small gain isn't worth it. */
const WORTHWHILE = 1.15;

/** Times a product in each, some 20 ms in all; leaves the addon's precision undefined. */
export function fasterPrecision(addon: NativeAddon): Precision {
  const [a, b, out] = [M * K, K * N, M * N].map((size) => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const best = (precision: Precision): number => {
    addon.setPrecision(precision);
    let least = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < TRIALS; trial++) {
      const start = performance.now();
      addon.matmul(a, b, out, M, N, K, false, false, false);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  return best("f32") > WORTHWHILE * best("bf16") ? "bf16" : "f32";
}
