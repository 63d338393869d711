/** Readers that do what no reader may, to show that it is seen. Each misbehaves in every case, once its samples are intact. */
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../src/base/errors.ts";
import { expectThat, type Format } from "./format.ts";

const INTACT = "all is well\n".repeat(20);

function misbehaving(name: string, misbehave: (path: string) => void): Format {
  return {
    name,
    samples: () => [{ files: { "a.txt": Buffer.from(INTACT) } }],
    read: (folder) => {
      const path = join(folder, "a.txt");
      if (readFileSync(path, "utf8") !== INTACT) misbehave(path);
    },
  };
}

const kept: Uint8Array[] = [];

export const FORMATS: readonly Format[] = [
  misbehaving("good", (path) => {
    throw new DataError("The file is damaged.", { where: path, nextStep: "Fetch it again." });
  }),
  misbehaving("untyped", () => {
    throw new TypeError("undefined is not a function");
  }),
  misbehaving("without advice", () => {
    throw new DataError("The file is damaged.");
  }),
  misbehaving("wrong", () => expectThat(false, "it was altered")),
  misbehaving("hanging", () => {
    for (;;) {
      // As a loop over a length that is never reached.
    }
  }),
  misbehaving("crashing", () => process.abort()),
  misbehaving("greedy", () => {
    for (let megabytes = 0; megabytes < 1000; megabytes += 10) kept.push(new Uint8Array(10 << 20).fill(1));
  }),
  misbehaving("leaving files open", (path) => {
    for (let files = 0; files < 20; files++) openSync(path, "r");
  }),
];
