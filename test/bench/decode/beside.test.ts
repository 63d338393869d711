// Source of truth: the translator itself on the same model; peers are programs that answer what they are told.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeJob } from "../../../bench/decode/job.ts";
import { run } from "../../../bench/decode.ts";
import type { Row } from "../../../bench/figures.ts";
import { selectBackend } from "../../../src/backends/select.ts";
import { CheckpointError, DataError, UsageError } from "../../../src/base/errors.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { search } from "../../../src/decoding/search.ts";
import { loadTranslationModel } from "../../../src/inference/open-model.ts";
import { writeToyModel } from "../../cli/toy-model-directory.ts";
import { writeMarianStub, writePythonStub } from "./stub-programs.ts";

/** Three of them can be translated. */
const lines = ["ab cd", "", "f", "abc def abc", "  "];
let folder: string;
let model: string;
/** Where jobs' files go. */
let jobs: string;
let src: string;
let logged: string[];
let sink: LogSink;

beforeAll(async () => {
  logged = [];
  sink = setLogSink((line) => logged.push(line));
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-bench-decode-"));
  model = mkdtempSync(join(folder, "model-"));
  writeToyModel(model);
  jobs = mkdtempSync(join(folder, "jobs-"));
  src = join(folder, "source.txt");
  writeFileSync(src, lines.map((line) => `${line}\n`).join(""));
});
afterAll(() => {
  setLogSink(sink);
  rmSync(folder, { recursive: true });
});

/** Greedy translations of a job by the model itself. */
async function greedyPieces(): Promise<number[][]> {
  const { peerFile } = makeJob(model, src, "", jobs);
  const { sources, limits, settings } = JSON.parse(readFileSync(peerFile, "utf8"));
  const loaded = await loadTranslationModel(model, { backend: "cpu" });
  const found = await search(
    loaded.model,
    sources.map((source: number[]) => Int32Array.from(source)),
    {
      ...settings,
      ...{ beamSize: 1, nBest: 1, coveragePenalty: 0, minLength: 0, withAttention: false },
      maxLengths: Int32Array.from(limits),
    },
  );
  loaded.model.dispose();
  return found.map(([best]) => [...best!.pieces]);
}

describe("makeJob", () => {
  test("says what a peer needs: sources with their end, limits, options and weights; blank lines are left out", () => {
    const job = makeJob(model, src, "", jobs);
    expect(job.lines).toEqual(["ab cd", "f", "abc def abc"]);
    expect(job.indices).toEqual([0, 2, 3]);
    expect(readFileSync(job.textFile, "utf8")).toBe("ab cd\nf\nabc def abc\n");
    const { wordpieces } = job;
    const peer = JSON.parse(readFileSync(job.peerFile, "utf8"));
    expect(peer).toMatchObject({
      weights: join(model, "model.safetensors"),
      options: { hiddenSize: 16, encoderLayers: 2, moe: { numExperts: 4, expertHiddenSize: 8 } },
      settings: { bosId: wordpieces.bosId, eosId: wordpieces.eosId, lengthPenalty: 0.6 },
    });
    expect(peer.sources).toEqual(job.lines.map((line) => [...wordpieces.encode(line), wordpieces.eosId]));
    // 2 × pieces + 10
    expect(peer.limits).toEqual(job.lines.map((line) => 2 * wordpieces.encode(line).length + 10));
  });

  test("puts the tag of the target language first where the model has tags", () => {
    const tagged = mkdtempSync(join(folder, "tagged-"));
    writeToyModel(tagged, ["de", "fr"]);
    const { peerFile, wordpieces } = makeJob(tagged, src, "fr", jobs);
    const { sources } = JSON.parse(readFileSync(peerFile, "utf8"));
    expect(sources.map((source: number[]) => wordpieces.pieceOf(source[0]!))).toEqual(["<2fr>", "<2fr>", "<2fr>"]);
    expect(() => makeJob(tagged, src, "", jobs)).toThrow(/several languages/);
  });

  test("refuses a text without a line to translate", () => {
    const blank = join(folder, "blank.txt");
    writeFileSync(blank, "\n  \n");
    expect(() => makeJob(model, blank, "", jobs)).toThrow(DataError);
  });
});

describe("bench decode --model", () => {
  test("runs ours and every peer in turn, and compares what they found", async () => {
    const asked = join(folder, "asked");
    const marianAsked = join(folder, "marian-asked");
    const outputs = join(folder, "outputs.json");
    const pieces = await greedyPieces();
    // PyTorch's third translation isn't ours.
    writeFileSync(outputs, JSON.stringify([pieces[0], pieces[1], [...pieces[2]!, 5]]));
    writeFileSync(join(folder, "model.npz.decoder.yml"), "");
    const figures = await run([
      ...["--model", model, "--src", src, "--backend", "cpu", "--beam", "1", "--rounds", "2", "--threads", "2"],
      ...["--batch", "2", "--batches", "8", "--modes", "eager", "--precision", "f32,int8"],
      ...["--python", writePythonStub(folder, { outputs, asked })],
      ...["--marian", writeMarianStub(folder, { seconds: 0.5, asked: marianAsked }), "--marian-model", folder],
    ]);

    expect(figures).toMatchObject({ sentences: 3, rounds: 2, threads: 2, length_penalty: 0.6 });
    expect(figures["versions"]).toMatch(
      /^gnmt-moe, cpu plain JavaScript; pytorch 9\.9; onnxruntime 9\.9; Marian 1\.12\.43$/,
    );
    const rows = figures["rows"] as Row[];
    expect(rows.map(({ who, precision, search }) => [who, precision, search])).toEqual([
      ["ours", "f32", "greedy"],
      ["PyTorch", "f32", "greedy"],
      ["PyTorch", "int8", "greedy"],
      ["ONNX Runtime", "f32", "greedy"],
      ["ONNX Runtime", "int8", "greedy"],
      ["Marian", "f32", "greedy"],
    ]);
    expect(rows.map((row) => row["equal_percent"])).toEqual([undefined, 66.7, 66.7, 66.7, 66.7, undefined]);
    // Three sentences and nine words in half a second.
    expect(rows[5]).toMatchObject({ sentences_s: 6, words_s: 18 });

    const turns = logged
      .filter((line) => line.startsWith("beam 1, round"))
      .map((line) => line.replace(/ [\d.]+ s$/, ""));
    const names = ["ours f32", "PyTorch f32", "PyTorch int8", "ONNX Runtime f32", "ONNX Runtime int8", "Marian f32"];
    expect(turns).toEqual([1, 2].flatMap((round) => names.map((name) => `beam 1, round ${round}: ${name}`)));

    const requests = readFileSync(asked, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(requests[0].exported).toMatchObject({ precisions: ["f32", "int8"], beams: [1] });
    // Both layouts were tried, and each process of the second had its share.
    const shares = requests.filter(({ engine, precision }) => engine === "pytorch" && precision === "f32");
    expect(shares).toContainEqual(expect.objectContaining({ mode: "eager", threads: 2, part: 0, parts: 1, batch: 8 }));
    expect(shares).toContainEqual(expect.objectContaining({ mode: "eager", threads: 1, part: 1, parts: 2, beam: 1 }));
    expect(readFileSync(marianAsked, "utf8")).toContain('"lines":["ab cd","f","abc def abc"]');
  });

  test("Marian reads the same sentences in its own form, blank lines left out", async () => {
    const asked = join(folder, "own-form-asked");
    const own = join(folder, "own-form.txt");
    writeFileSync(own, "1\n2\n3\n4\n5\n");
    const marian = ["--marian", writeMarianStub(folder, { seconds: 1, asked }), "--marian-model", folder];
    const options = ["--model", model, "--src", src, "--backend", "cpu", "--beam", "1", "--rounds", "1", ...marian];
    await run([...options, "--marian-src", own]);
    expect(JSON.parse(readFileSync(asked, "utf8").trim().split("\n").at(-1)!).lines).toEqual(["1", "3", "4"]);
    writeFileSync(own, "1\n2\n");
    await expect(run([...options, "--marian-src", own])).rejects.toThrow(/has 2 lines, .* has 5/);
  });

  test.each([
    ["a model that isn't there", ["--model=/nowhere"], CheckpointError],
    ["a beam of 0", ["--model", "m", "--beam", "0"], UsageError],
    ["an option of the other mode", ["--model", "m", "--experts", "4"], UsageError],
  ])("refuses %s", async (_, argv, kind) => {
    await expect(run(argv)).rejects.toThrow(kind);
  });

  test.each([
    ["precision", "f32,f8", /f32,bf16,int8/],
    ["peers", "fairseq", /pytorch,onnxruntime/],
    ["modes", "fast", /eager,jit,compile/],
  ])("names what --%s knows", async (option, value, known) => {
    const argv = ["--model", model, "--src", src, "--python", process.execPath, `--${option}`, value];
    await expect(run(argv)).rejects.toThrow(expect.objectContaining({ nextStep: expect.stringMatching(known) }));
  });

  test("a Python without a peer's packages is an error that says which and how to go on", async () => {
    // Node.js takes `-c` for a check of a file.
    const argv = ["--model", model, "--src", src, "--python", process.execPath];
    await expect(run([...argv, "--peers", "onnxruntime"])).rejects.toThrow(
      expect.objectContaining({ nextStep: expect.stringContaining("leave onnxruntime out of --peers") }),
    );
  });
});

test("without --model, the reference model's options are read", async () => {
  await expect(run(["--rounds", "2"])).rejects.toThrow(
    expect.objectContaining({ nextStep: expect.stringContaining("--experts") }),
  );
});
