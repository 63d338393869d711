/** Shortlists of model directories: damaged files, and damaged numbers under checksums that are right. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "../../../src/checkpoint/read-safetensors.ts";
import { writeSafetensors } from "../../../src/checkpoint/write-safetensors.ts";
import { loadShortlist, writeShortlist } from "../../../src/shortlist/shortlist-file.ts";
import { randomContent, vocabulary } from "../../shortlist/random-shortlist.ts";
import { expectThat, type Format } from "../format.ts";

const FILE = "shortlist.safetensors";
const SIZE = 280;
const pieces = vocabulary(SIZE, true);
const content = randomContent(SIZE, 31);
const tensors = ["starts", "targets", "probabilities", "frequent"] as const;

/** Bytes as the numbers of a tensor; a last part of one is dropped. */
function numbersOf(bytes: Buffer, name: (typeof tensors)[number]): Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  const whole = Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % 4))).buffer;
  return name === "probabilities" ? new Float32Array(whole) : new Int32Array(whole);
}

/** Puts the tensors of the folder, one file each, together to a shortlist. */
function assemble(folder: string): void {
  const metadata = JSON.parse(readFileSync(join(folder, "metadata.json"), "utf8")) as Record<string, string>;
  const given = tensors.filter((name) => existsSync(join(folder, `${name}.bin`)));
  const named = given.map((name) => ({ name, data: numbersOf(readFileSync(join(folder, `${name}.bin`)), name) }));
  writeSafetensors(
    join(folder, FILE),
    named.map(({ name, data }) => ({ name, shape: [data.length], data })),
    metadata,
  );
}

export const shortlists: Format = {
  name: "shortlist",
  damages: (path) => path !== "metadata.json",
  samples: (folder) => {
    const path = join(folder, FILE);
    writeShortlist(path, content, pieces, { first: 12, best: 7 });
    const { metadata } = readSafetensors(path);
    const own = Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith("crc32:")));
    const parts = tensors.map((name) => [`${name}.bin`, Buffer.from(content[name].buffer)]);
    return [
      { files: { [FILE]: readFileSync(path) } },
      { files: { ...Object.fromEntries(parts), "metadata.json": Buffer.from(JSON.stringify(own)) } },
    ];
  },
  read: (folder, sample) => {
    if (sample === 1) assemble(folder);
    const shortlist = loadShortlist(folder, pieces);
    const everything = Int32Array.from({ length: SIZE }, (_, id) => id);
    const union = shortlist.candidates([everything]);
    expectThat(
      union.every((id, i) => id >= 0 && id < SIZE && (i === 0 || id > union[i - 1]!)),
      "candidates are no set",
    );
    if (sample === 0) {
      for (let piece = 0; piece < SIZE; piece++) {
        const found = shortlist.candidates([Int32Array.of(piece)]);
        const row = content.targets.subarray(content.starts[piece], content.starts[piece + 1]);
        expectThat(
          [...row, ...content.frequent].every((id) => found.includes(id)),
          "a candidate was lost",
        );
      }
    }
  },
};
