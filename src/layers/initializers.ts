/** Initial values of parameters. Each parameter has its own random stream, named by its own name, so that adding one changes no other. */
import * as tf from "@tensorflow/tfjs";
import { parameterStream } from "../base/random-streams.ts";
import { normalNoise } from "../ops/normal-noise.ts";
import { floatTensor } from "../ops/tensor.ts";
import { uniformNoise } from "../ops/uniform-noise.ts";

/** Values of a parameter called `name` in a run with this seed. */
export type Initializer = (shape: number[], name: string, seed: number) => tf.Tensor;

/** Uniform in (−range, range). */
export function uniform(range: number): Initializer {
  return (shape, name, seed) => uniformPart(range, shape, name, seed, 0);
}

/** Some of the numbers of a parameter that `uniform` would give: `shape` of them, from number `first` on. */
export function uniformPart<T extends tf.Tensor>(
  range: number,
  shape: number[],
  name: string,
  seed: number,
  first: number,
): T {
  return uniformNoise<T>({ seed, stream: parameterStream(name) }, shape, range, first);
}

/** Normal with mean 0. */
export function normal(standardDeviation: number): Initializer {
  return (shape, name, seed) =>
    tf.tidy(() => tf.mul(normalNoise({ seed, stream: parameterStream(name) }, shape), standardDeviation));
}

/** The same value everywhere. */
export function constant(value: number): Initializer {
  return (shape) => floatTensor(new Float32Array(tf.util.sizeFromShape(shape)).fill(value), shape);
}

/** LSTM biases [4H]: zero but for the forget gate (gate order i, f, g, o). */
export function lstmBias(forgetBias: number): Initializer {
  return (shape) => {
    const size = tf.util.sizeFromShape(shape);
    return floatTensor(new Float32Array(size).fill(forgetBias, size / 4, size / 2), shape);
  };
}
