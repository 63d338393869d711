/** Ways to damage a file. Each takes its bytes and those of another file of the same kind, and leaves both as they are. */
import type { Random } from "../../src/base/random.ts";

export type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** A range of at most `most` bytes; empty in an empty file. */
function range(length: number, random: Random, most = length): { from: number; to: number } {
  const size = Math.min(length, 1 + random.integer(Math.max(1, most)));
  const from = random.integer(length - size + 1);
  return { from, to: from + size };
}

function spliced(bytes: Buffer, from: number, to: number, ...put: Uint8Array[]): Buffer {
  return Buffer.concat([bytes.subarray(0, from), ...put, bytes.subarray(to)]);
}

function overwritten(bytes: Buffer, random: Random, put: Uint8Array): Buffer {
  const at = random.integer(Math.max(1, bytes.length - put.length + 1));
  return spliced(bytes, at, at + put.length, put);
}

function randomBytes(count: number, random: Random): Buffer {
  return Buffer.from(Uint8Array.from({ length: count }, () => random.integer(256)));
}

/** Numbers that lengths, counts and offsets should not be, in the encodings of file formats. */
const LENGTH_FIELDS: readonly Buffer[] = [
  ...["ffffffff", "7fffffff", "80000000", "ffffff7f", "00000080", "00000000", "01000000"],
  ...["ffffffffffffffff", "ffffffffffffff7f", "0000000001000000", "00000000000000ff", "ffffffffffff1f00"],
  // Variable-length numbers of protocol buffers: 2^31 − 1, 2^63 − 1, and one that does not end.
  ...["ffffffff07", "ffffffffffffffff7f", "ffffffffffffffffffffffff"],
].map((digits) => Buffer.from(digits, "hex"));

export const BINARY_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "flip bits": (bytes, random) => {
    const damaged = Buffer.from(bytes);
    if (damaged.length > 0) {
      for (let flips = 1 + random.integer(8); flips > 0; flips--)
        damaged[random.integer(damaged.length)]! ^= 1 << random.integer(8);
    }
    return damaged;
  },
  // Headers are where the structure is.
  "flip bits of the header": (bytes, random) => {
    const damaged = Buffer.from(bytes);
    if (damaged.length > 0) {
      for (let flips = 1 + random.integer(4); flips > 0; flips--)
        damaged[random.integer(Math.min(64, damaged.length))]! ^= 1 << random.integer(8);
    }
    return damaged;
  },
  truncate: (bytes, random) => Buffer.from(bytes.subarray(0, random.integer(bytes.length + 1))),
  empty: () => Buffer.alloc(0),
  "delete a range": (bytes, random) => {
    const { from, to } = range(bytes.length, random);
    return spliced(bytes, from, to);
  },
  "delete bytes": (bytes, random) => {
    const { from, to } = range(bytes.length, random, 9);
    return spliced(bytes, from, to);
  },
  "duplicate a range": (bytes, random) => {
    const { from, to } = range(bytes.length, random);
    return spliced(bytes, to, to, bytes.subarray(from, to));
  },
  "swap blocks": (bytes, random) => {
    const cuts = [0, 0, 0, 0].map(() => random.integer(bytes.length + 1)).sort((a, b) => a - b) as number[];
    const [a, b, c, d] = cuts as [number, number, number, number];
    return Buffer.concat([
      bytes.subarray(0, a),
      bytes.subarray(c, d),
      bytes.subarray(b, c),
      bytes.subarray(a, b),
      bytes.subarray(d),
    ]);
  },
  "random bytes": (bytes, random) => overwritten(bytes, random, randomBytes(1 + random.integer(64), random)),
  "insert random bytes": (bytes, random) => {
    const at = random.integer(bytes.length + 1);
    return spliced(bytes, at, at, randomBytes(1 + random.integer(300), random));
  },
  "append random bytes": (bytes, random) => Buffer.concat([bytes, randomBytes(1 + random.integer(600), random)]),
  "constant bytes": (bytes, random) => {
    const { from, to } = range(bytes.length, random, 600);
    return spliced(bytes, from, to, Buffer.alloc(to - from, [0, 0xff, 0x20, 0x80][random.integer(4)]!));
  },
  "length field": (bytes, random) => overwritten(bytes, random, LENGTH_FIELDS[random.integer(LENGTH_FIELDS.length)]!),
  "length field of the header": (bytes, random) => {
    const header = Math.min(64, bytes.length);
    return Buffer.concat([
      overwritten(bytes.subarray(0, header), random, LENGTH_FIELDS[random.integer(LENGTH_FIELDS.length)]!),
      bytes.subarray(header),
    ]);
  },
  "header, then garbage": (bytes, random) => {
    const kept = bytes.subarray(0, random.integer(Math.min(600, bytes.length) + 1));
    return Buffer.concat([kept, randomBytes(random.integer(4000), random)]);
  },
  "tail of another": (bytes, random, other) =>
    Buffer.concat([
      bytes.subarray(0, random.integer(bytes.length + 1)),
      other.subarray(random.integer(other.length + 1)),
    ]),
  another: (_bytes, _random, other) => Buffer.from(other),
};

const CONTROLS = [
  "\0",
  "\u0001",
  "\b",
  "\v",
  "\f",
  "\r",
  "\r\n",
  "\u001b[2J",
  "\u007f",
  "\u0085",
  "\u2028",
  "\ufeff",
  "\u202e",
];
const BROKEN_UTF8 = ["80", "c0af", "e28", "f8888080", "eda080", "f4908080", "ff", "c3", "e282", "fe"].map((digits) =>
  Buffer.from(digits, "hex"),
);
const NUMBERS = [
  "-1",
  "0",
  "1e999",
  "-1e999",
  "NaN",
  "null",
  "0.5",
  "99999999999",
  "9007199254740993",
  "1e308",
  '"x"',
  "[]",
];
/** Begun and not ended, or nested deep. */
const STRUCTURES = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  ":",
  ",",
  "<",
  ">",
  "&",
  "#",
  "\t",
  "- ",
  "|",
  "%",
  "!!js/function x",
  "*a",
  "&a",
  "&c;",
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
];
const MOST_NESTING = 20_000;

function inserted(bytes: Buffer, random: Random, put: Uint8Array): Buffer {
  const at = random.integer(bytes.length + 1);
  return spliced(bytes, at, at, put);
}

function lines(bytes: Buffer): string[] {
  return bytes.toString("latin1").split("\n");
}

function joined(list: string[]): Buffer {
  return Buffer.from(list.join("\n"), "latin1");
}

export const TEXT_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "control character": (bytes, random) =>
    inserted(bytes, random, Buffer.from(CONTROLS[random.integer(CONTROLS.length)]!)),
  "broken UTF-8": (bytes, random) => inserted(bytes, random, BROKEN_UTF8[random.integer(BROKEN_UTF8.length)]!),
  "another number": (bytes, random) => {
    const text = bytes.toString("latin1");
    const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
    if (numbers.length === 0) return Buffer.from(bytes);
    const { index, 0: digits } = numbers[random.integer(numbers.length)]!;
    const put = Buffer.from(NUMBERS[random.integer(NUMBERS.length)]!);
    return spliced(bytes, index, index + digits.length, put);
  },
  structure: (bytes, random) => inserted(bytes, random, Buffer.from(STRUCTURES[random.integer(STRUCTURES.length)]!)),
  nesting: (bytes, random) =>
    inserted(
      bytes,
      random,
      Buffer.from(["[", "{", "- ", '{"a":', "<doc>", "("][random.integer(6)]!.repeat(1 + random.integer(MOST_NESTING))),
    ),
  "long line": (bytes, random) =>
    inserted(
      bytes,
      random,
      Buffer.from(["a", "ab ", "é", "\t", " ", "a\u0301"][random.integer(6)]!.repeat(1 + random.integer(30_000))),
    ),
  "delete a line": (bytes, random) => {
    const all = lines(bytes);
    all.splice(random.integer(all.length), 1);
    return joined(all);
  },
  "duplicate a line": (bytes, random) => {
    const all = lines(bytes);
    const at = random.integer(all.length);
    all.splice(random.integer(all.length + 1), 0, all[at]!);
    return joined(all);
  },
  "swap lines": (bytes, random) => {
    const all = lines(bytes);
    const [a, b] = [random.integer(all.length), random.integer(all.length)];
    [all[a], all[b]] = [all[b]!, all[a]!];
    return joined(all);
  },
  "JSON of another shape": (_bytes, random) =>
    Buffer.from(["null", "5", '"text"', "[]", "{}", "[null]", '{"a":null}', "true\n"][random.integer(8)]!),
  "UTF-16": (bytes) => Buffer.from(`\ufeff${bytes.toString("utf8")}`, "utf16le"),
};

/** Damages a file in one to three ways; says which. */
export function damage(
  bytes: Buffer,
  random: Random,
  other: Buffer,
  isText: boolean,
): { bytes: Buffer; ways: string[] } {
  const ways: string[] = [];
  let damaged = bytes;
  for (let more = 1 + (random.integer(3) === 0 ? random.integer(3) : 0); more > 0; more--) {
    const table = isText && random.integer(3) > 0 ? TEXT_MUTATIONS : BINARY_MUTATIONS;
    const names = Object.keys(table);
    const way = names[random.integer(names.length)]!;
    damaged = table[way]!(damaged, random, other);
    ways.push(way);
  }
  return { bytes: damaged, ways };
}
