/** Initial values of parameters. Each parameter has its own random stream, named by its own name, so that adding one changes no other. */
import { philoxNormal, philoxUint32, toUniform } from "../base/random.ts";

/** Fills a parameter: `size` values for a parameter called `name` in a run with this seed. */
export type Initializer = (size: number, name: string, seed: number) => Float32Array;

/** FNV-1a, 32 bits: the stream number of a parameter name. Kept clear of training streams, which count from 2^40. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** Uniform in (−range, range). */
export function uniform(range: number): Initializer {
  return (size, name, seed) => {
    const words = philoxUint32({ seed, stream: streamOf(name) }, size);
    return Float32Array.from(words, (word) => (2 * toUniform(word) - 1) * range);
  };
}

/** Normal with mean 0. */
export function normal(standardDeviation: number): Initializer {
  return (size, name, seed) =>
    philoxNormal({ seed, stream: streamOf(name) }, size).map((value) => value * standardDeviation);
}

export function constant(value: number): Initializer {
  return (size) => new Float32Array(size).fill(value);
}

/** LSTM biases [4H]: zero but for the forget gate (gate order i, f, g, o). */
export function lstmBias(forgetBias: number): Initializer {
  return (size) => new Float32Array(size).fill(forgetBias, size / 4, size / 2);
}
