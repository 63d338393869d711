/** Gate logits with trained noise (Shazeer et al. 2017, §2.1): H = clean + ε ∘ σ, ε standard normal, σ = softplus(x Wnoise) + 0.01. */
import * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { NoisyLogits } from "../ops/balance.ts";
import { normalNoise } from "../ops/normal-noise.ts";

/** Keeps some noise however sure the gate is. */
const NOISE_FLOOR = 0.01;

/** clean = x Wg and x Wnoise, each [rows, experts]. */
export function noisyLogits(clean: tf.Tensor2D, noiseInput: tf.Tensor2D, context: ForwardContext): NoisyLogits {
  const noise = normalNoise<tf.Tensor2D>(context.nextStream(), clean.shape);
  return withNoise(clean, noiseInput, noise);
}

/** The same with given noise [rows, experts]. */
export function withNoise(clean: tf.Tensor2D, noiseInput: tf.Tensor2D, noise: tf.Tensor2D): NoisyLogits {
  const noiseScale = tf.add(tf.softplus(noiseInput), NOISE_FLOOR) as tf.Tensor2D;
  const noisy = tf.add(clean, tf.mul(noise, noiseScale)) as tf.Tensor2D;
  return { clean, noiseScale, noisy };
}
