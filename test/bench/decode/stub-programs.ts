/** Programs that stand for peers in tests: they do as told and write down what they were asked. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a program of Node.js that is started by its path. */
export function writeProgram(folder: string, name: string, code: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${code}`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * Stands for a Python with every package: answers as bench/peers/decode.py does, with translations from `outputs`, a JSON file of
 * pieces by index. Each request goes to the file `asked`, a line each.
 */
export function writePythonStub(folder: string, { outputs, asked }: { outputs: string; asked: string }): string {
  return writeProgram(
    folder,
    "python",
    `
const { appendFileSync, readFileSync } = require("node:fs");
const argv = process.argv.slice(2);
const write = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
const note = (what) => appendFileSync(${JSON.stringify(asked)}, JSON.stringify(what) + "\\n");
if (argv[0] === "-c") {
  console.log("9.9");
} else if (argv[1] === "--export") {
  note({ exported: JSON.parse(argv[2]) });
  write({ exported: true });
} else {
  const how = JSON.parse(argv[1]);
  let last;
  write({ ready: how.engine + " 9.9" });
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const request = JSON.parse(line);
    if (!request.outputs) last = request;
    note({ engine: how.engine, precision: how.precision, mode: how.mode, threads: how.threads, ...request });
    const all = JSON.parse(readFileSync(${JSON.stringify(outputs)}, "utf8")).map((pieces, i) => [i, pieces]);
    write(request.outputs ? { outputs: all.filter(([i]) => i % last.parts === last.part) } : { done: true });
  });
}
`,
  );
}

/** Stands for marian-decoder: writes "w1 w2 w3" for each line, its options to the file `asked`, and the time it is told. */
export function writeMarianStub(folder: string, { seconds, asked }: { seconds: number; asked: string }): string {
  return writeProgram(
    folder,
    "marian-decoder",
    `
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const argv = process.argv.slice(2);
if (argv[0] === "--version") {
  console.log("v1.12.43 a1b2c3");
} else {
  const value = (name) => argv[argv.indexOf(name) + 1];
  const lines = readFileSync(value("--input"), "utf8").split("\\n").slice(0, -1);
  appendFileSync(${JSON.stringify(asked)}, JSON.stringify({ argv, lines }) + "\\n");
  writeFileSync(value("--output"), lines.map(() => "w1 w2 w3\\n").join(""));
  console.error("[2026-01-02 03:04:05] [memory] Reserving 512 MB");
  console.error("[2026-01-02 03:04:06] Total time: ${seconds.toFixed(5)}s wall");
}
`,
  );
}
