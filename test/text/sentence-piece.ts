/** The independent reference: SentencePiece itself, compiled to WebAssembly by the npm package sentencepiece-js. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SentencePiece {
  encodeIds(text: string): number[];
  encodePieces(text: string): string[];
  decodeIds(ids: number[]): string;
}

interface Processor extends SentencePiece {
  load(path: string): Promise<void>;
}

const { SentencePieceProcessor } = createRequire(import.meta.url)("sentencepiece-js") as {
  SentencePieceProcessor: new () => Processor;
};

// Each instance of the WebAssembly module listens for uncaught errors of the process.
process.setMaxListeners(100);

export async function sentencePiece(modelBytes: Uint8Array): Promise<SentencePiece> {
  const folder = mkdtempSync(join(tmpdir(), "sentence-piece-"));
  const path = join(folder, "test.model");
  writeFileSync(path, modelBytes);
  const processor = new SentencePieceProcessor();
  await processor.load(path);
  rmSync(folder, { recursive: true });
  return processor;
}
