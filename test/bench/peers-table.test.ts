// Source of truth: a table written by hand.
import { describe, expect, test } from "vitest";
import { childEnvironment } from "../../bench/peer-environment.ts";
import { fastestMode, modeName, type PeerMode, peerChild, peerModes } from "../../bench/peer-modes.ts";
import { type Comparison, comparisonRow, peersTable, replaceBetweenMarkers } from "../../bench/peers-table.ts";
import { BackendError, DataError, UsageError } from "../../src/base/errors.ts";

const dense: Comparison = {
  ...{
    model: "dense",
    precision: "f32",
    parameters: 24.04,
    ours: 2500,
    theirs: 1666,
    ratios: [1.4, 1.5, 1.62],
    peerMode: "eager, 2 threads",
    peakShare: 76.54,
    memoryGiB: 0.714,
  },
};
const sparse: Comparison = {
  ...{
    model: "16 experts",
    precision: "bf16",
    parameters: 57.6,
    ours: 3332,
    theirs: 1666,
    ratios: [1.9, 2.1],
    peerMode: "compile, 1 thread",
    peakShare: 61,
    memoryGiB: 1.5,
  },
};
const circumstances = {
  ...{ date: "2026-01-02", processor: "Some CPU", memory: "24 GiB", system: "linux 6.1", isa: "avx512", threads: 2 },
  peerSettings: "A=1 B=2",
  ...{ versions: "Node.js 22.1.0, PyTorch 2.13.0", runs: "medians over 2 × 5 steps" },
};

describe("peersTable", () => {
  test("says what ran where, and the ratio of the rates", () => {
    expect(peersTable([dense, sparse], circumstances)).toBe(
      [
        "2026-01-02: Some CPU, 24 GiB, linux 6.1; avx512, 2 threads; Node.js 22.1.0, PyTorch 2.13.0; medians over 2 × 5 steps, in turn.",
        "PyTorch ran with `A=1 B=2`, so that it keeps its memory; neither with `OPENBLAS_*` settings. Ratios are medians over the rounds.",
        "",
        "| model | parameters | precision | gnmt-moe, tokens/s | PyTorch, tokens/s | PyTorch's mode | ratio | its spread | share of peak | memory |",
        "| --- | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |",
        "| dense | 24 M | f32 | 2,500 | 1,666 | eager, 2 threads | 1.50 | 1.40–1.62 | 76.5 % | 0.71 GiB |",
        "| 16 experts | 57.6 M | bf16 | 3,332 | 1,666 | compile, 1 thread | 2.00 | 1.90–2.10 | 61 % | 1.5 GiB |",
      ].join("\n"),
    );
  });

  test("has a column for tfjs-node where any comparison ran it", () => {
    const rows = peersTable([{ ...dense, tfjsNode: 700 }, sparse], circumstances).split("\n");
    expect(rows[3]).toMatch(/\| tfjs-node, tokens\/s \|$/);
    expect(rows[5]).toMatch(/\| 700 \|$/);
    expect(rows[6]).toMatch(/\| – \|$/);
  });

  test("the same ratio is among the figures", () => {
    expect(comparisonRow(dense)).toMatchObject({ ours: 2500, ratio: 1.5, least: 1.4, most: 1.62 });
  });
});

describe("replaceBetweenMarkers", () => {
  test("replaces what is between, and nothing else, again and again", () => {
    const document = "# Speed\n\n<!-- peers:begin -->\nold\n<!-- peers:end -->\n\nrest\n";
    const once = replaceBetweenMarkers(document, "peers", "new");
    expect(once).toBe("# Speed\n\n<!-- peers:begin -->\nnew\n<!-- peers:end -->\n\nrest\n");
    expect(replaceBetweenMarkers(once, "peers", "new")).toBe(once);
  });

  test("refuses a document without the markers", () => {
    expect(() => replaceBetweenMarkers("# Speed\n", "peers", "new")).toThrow(DataError);
  });
});

test("children get no OPENBLAS or MALLOC settings and one number of threads", () => {
  const inherited = { PATH: "/bin", OPENBLAS_NUM_THREADS: "1", MALLOC_ARENA_MAX: "1", OMP_NUM_THREADS: "8" };
  expect(childEnvironment(inherited, 2)).toEqual({ PATH: "/bin", OMP_NUM_THREADS: "2", MKL_NUM_THREADS: "2" });
});

describe("PyTorch's modes", () => {
  const eager: PeerMode = { way: "eager", threads: 2 };
  const compiled: PeerMode = { way: "compile", threads: 1 };

  test("are each way on all threads and on one", () => {
    expect(peerModes("eager,compile", 2).map(modeName)).toEqual([
      ...["eager, 2 threads", "eager, 1 thread", "compile, 2 threads", "compile, 1 thread"],
    ]);
    expect(peerModes("eager", 1).map(modeName)).toEqual(["eager, 1 thread"]);
    expect(() => peerModes("jit", 2)).toThrow(UsageError);
  });

  test("run its program with as many threads and memory that it keeps", () => {
    const child = peerChild("python3", "step.py", ["--no-moe"], compiled);
    expect(child).toMatchObject({
      command: "python3",
      args: ["step.py", "--no-moe", "--threads", "1", "--compile"],
      env: {
        OMP_NUM_THREADS: "1",
        MALLOC_MMAP_THRESHOLD_: "17179869184",
        MALLOC_TRIM_THRESHOLD_: "17179869184",
        MALLOC_TOP_PAD_: "268435456",
      },
    });
  });

  const child = (mode: PeerMode) => peerChild("python3", "step.py", [], mode);
  const rates = (of: Record<string, number>) => async (run: { args: readonly string[] }) => {
    const rate = of[run.args.includes("--compile") ? "compile" : "eager"];
    if (rate === undefined) throw new BackendError("no compiler");
    return { tgt_tok_s: rate };
  };

  test("the fastest is taken", async () => {
    expect(await fastestMode([eager, compiled], child, rates({ eager: 10, compile: 11 }))).toBe(compiled);
    expect(await fastestMode([eager, compiled], child, rates({ eager: 12, compile: 11 }))).toBe(eager);
  });

  test("one that fails is left out, unless all do", async () => {
    expect(await fastestMode([compiled, eager], child, rates({ eager: 10 }))).toBe(eager);
    await expect(fastestMode([compiled], child, rates({}))).rejects.toThrow("no compiler");
  });
});
