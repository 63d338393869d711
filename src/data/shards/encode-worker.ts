/** An encoding thread: encodes each block it is sent. */
import { parentPort, workerData } from "node:worker_threads";
import { type PlainError, toPlain } from "../../base/plain-error.ts";
import { WordpieceModel } from "../../text/wordpiece-model.ts";
import { type EncodedBlock, type EncodingRules, type PairBlock, PairEncoder } from "./pair-encoder.ts";

export interface EncodeWorkerData {
  rules: EncodingRules;
  /** The wordpiece model's file. */
  model: Uint8Array;
}

/** The answer to a block. */
export type EncodeAnswer = { block: EncodedBlock } | { error: PlainError };

const { rules, model } = workerData as EncodeWorkerData;
const encoder = start();

parentPort!.on("message", async (block: PairBlock) => {
  let answer: EncodeAnswer;
  try {
    answer = { block: (await encoder).encode(block) };
  } catch (error) {
    answer = { error: toPlain(error) };
  }
  parentPort!.postMessage(answer, "block" in answer ? buffersOf(answer.block) : []);
});

async function start(): Promise<PairEncoder> {
  return PairEncoder.create(rules, WordpieceModel.fromBytes(model));
}

// A failure is told when a block asks for the encoder.
encoder.catch(() => {});

/** Buffers of a block, all its own, which change threads without a copy. */
function buffersOf(block: EncodedBlock): ArrayBuffer[] {
  const { source, target, verdicts, pieceVerdicts, hashes, sketches, lengths, records } = block;
  const arrays = [source.bytes, target?.bytes, verdicts, pieceVerdicts, hashes, sketches, lengths, records];
  return arrays.filter((array) => array !== undefined).map(({ buffer }) => buffer as ArrayBuffer);
}
