/** Plain text: one sentence a line in two files, line i of one the translation of line i of the other. */
import { linesOfBlock, streamBlocksOf } from "../../data/files/line-blocks.ts";
import type { Importer, InputFile } from "./importer.ts";
import { pair } from "./importer.ts";

/** No text is known by its first lines: names tell (paired-texts.ts), or whoever asks for it. */
export const plainText: Importer = {
  name: "text",
  title: "plain text, one sentence a line",
  files: 2,
  matches: () => false,
  pairs: async function* (file, _options, translated) {
    for await (const block of streamBlocksOf(streamOf(file), streamOf(translated!))) {
      const targets = linesOfBlock(block.target!);
      yield linesOfBlock(block.source).map((source, i) => pair(source, targets[i]!, block.source.firstLine + i));
    }
  },
};

async function* bytesOf({ chunks }: InputFile): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function streamOf(file: InputFile) {
  return { path: file.path, chunks: bytesOf(file) };
}
