/**
 * Numbers of the random streams of a run (random.ts), each use in a range of its own: parameters below 2^32, the noise of forward
 * passes from 2^40, orders of data from 2^52. Translation has seeds of its own, whose streams are lines and samples.
 */

const PASSES = 2 ** 40;
const STREAMS_PER_PASS = 256;
const ORDERS = 2 ** 52;
const ORDER_STRIDE = 2 ** 32;
const SAMPLE_STRIDE = 2 ** 40;

/** A parameter's initial values, by its name: FNV-1a, 32 bits. */
export function parameterStream(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

/** The first of the 256 streams of a run's forward pass, from 0. */
export function passStream(pass: number): number {
  return PASSES + pass * STREAMS_PER_PASS;
}

/** An epoch's order, the batches within an epoch, or a pass through a corpus of the mixture (its number from 0). */
export function shuffleStream(what: "epoch" | "batches" | number, count: number): number {
  const slot = what === "epoch" ? 0 : what === "batches" ? 1 : what + 2;
  return ORDERS + slot * ORDER_STRIDE + count;
}

/** Sample `sample`, from 0, of line `line`, below 2^40. */
export function sampleStream(line: number, sample: number): number {
  return sample * SAMPLE_STRIDE + line;
}
