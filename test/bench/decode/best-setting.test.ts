// Source of truth: contenders with given seconds; the fastest of them is known. Nothing is timed.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bestSettings } from "../../../bench/decode/best-setting.ts";
import { type Contender, layouts, type Run, type Setting, settingName } from "../../../bench/decode/contender.ts";
import { measureInTurn } from "../../../bench/decode/rounds.ts";
import { BackendError, DataError } from "../../../src/base/errors.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";

let logged: string[];
let sink: LogSink;
let events: string[];

beforeEach(() => {
  logged = [];
  events = [];
  sink = setLogSink((line) => logged.push(line));
});
afterEach(() => {
  setLogSink(sink);
});

/** Takes the seconds it is told by setting and run, and notes what happens to it. */
function contender(name: string, settings: Setting[], batches: number[], seconds: (s: Setting, r: Run) => number) {
  const made: Contender = {
    ...{ name, precision: "f32", settings, batches },
    open: async (setting) => {
      const label = `${name} ${settingName(setting)}`;
      events.push(`open ${label}`);
      return {
        ...{ readySeconds: 3, version: `${name} 1.0` },
        translate: async (run) => {
          const took = seconds(setting, run);
          events.push(`${label}: beam ${run.beam}, batch ${run.batch}, every ${run.every}`);
          return took;
        },
        outputs: async () => new Map([[0, { text: label, pieces: [1, 2] }]]),
        close: async () => {
          events.push(`close ${label}`);
        },
      };
    },
  };
  return made;
}

const eager: Setting = { mode: "eager", processes: 1, threads: 2 };
const jit: Setting = { mode: "jit", processes: 2, threads: 1 };
const compile: Setting = { mode: "compile", processes: 1, threads: 2 };

describe("bestSettings", () => {
  test("finds each beam's fastest setting and batch, and keeps only those open", async () => {
    // jit is faster greedily with 64 sentences, compile with a beam and 16, eager never.
    const seconds = ({ mode }: Setting, { beam, batch }: Run) => {
      if (mode === "eager") return 9;
      if (mode === "jit") return beam === 1 && batch === 64 ? 1 : 8;
      return beam === 5 && batch === 16 ? 2 : 5;
    };
    const best = await bestSettings(contender("peer", [eager, jit, compile], [16, 64], seconds), [1, 5], 4);
    expect(best.get(1)).toMatchObject({ setting: jit, batch: 64 });
    expect(best.get(5)).toMatchObject({ setting: compile, batch: 16 });
    expect(events.filter((event) => event.startsWith("close"))).toEqual(["close peer eager, 2 threads"]);
  });

  test("runs twice on the sample, and only the second counts", async () => {
    let runs = 0;
    const firstIsSlow = ({ mode }: Setting) => (mode === "jit" && runs++ === 0 ? 100 : mode === "jit" ? 1 : 2);
    const best = await bestSettings(contender("peer", [eager, jit], [64], firstIsSlow), [1], 4);
    expect(best.get(1)?.setting).toBe(jit);
    expect(events.filter((event) => event === "peer eager, 2 threads: beam 1, batch 64, every 4")).toHaveLength(2);
  });

  test("a setting that fails with any beam is closed and left out, with a warning", async () => {
    const seconds = ({ mode }: Setting, { beam }: Run) => {
      if (mode === "jit" && beam === 5) throw new BackendError("jit ran out of memory");
      return mode === "jit" ? 1 : 2;
    };
    const best = await bestSettings(contender("peer", [eager, jit], [64], seconds), [1, 5], 1);
    expect([...best.values()].map(({ setting }) => setting)).toEqual([eager, eager]);
    expect(events.filter((event) => event.startsWith("close"))).toEqual(["close peer jit, 2 × 1 thread"]);
    expect(logged).toContain("warning: peer f32, jit, 2 × 1 thread: left out. jit ran out of memory");
  });

  test("where every setting fails, so does the contender; another error isn't taken for a setting's", async () => {
    const failing = (error: Error) =>
      bestSettings(
        contender("peer", [eager, jit], [64], () => {
          throw error;
        }),
        [1],
        1,
      );
    await expect(failing(new BackendError("no memory"))).rejects.toThrow("no memory");
    await expect(failing(new DataError("no time in the log"))).rejects.toThrow(DataError);
    expect(events.filter((event) => event.startsWith("close"))).toHaveLength(3);
  });
});

test("measureInTurn takes turns within each round, in the chosen settings, and closes everything", async () => {
  const first = contender("first", [eager], [64], () => 1);
  const second = contender("second", [jit, compile], [16], ({ mode }) => (mode === "jit" ? 4 : 3));
  const measured = await measureInTurn([first, second], [1, 5], 8, 2);
  expect(events.filter((event) => event.endsWith("every 1"))).toEqual([
    "first eager, 2 threads: beam 1, batch 64, every 1",
    "second compile, 2 threads: beam 1, batch 16, every 1",
    "first eager, 2 threads: beam 1, batch 64, every 1",
    "second compile, 2 threads: beam 1, batch 16, every 1",
    "first eager, 2 threads: beam 5, batch 64, every 1",
    "second compile, 2 threads: beam 5, batch 16, every 1",
    "first eager, 2 threads: beam 5, batch 64, every 1",
    "second compile, 2 threads: beam 5, batch 16, every 1",
  ]);
  expect(measured.map(({ name, beam, seconds }) => [name, beam, ...seconds])).toEqual([
    ["first", 1, 1, 1],
    ["second", 1, 3, 3],
    ["first", 5, 1, 1],
    ["second", 5, 3, 3],
  ]);
  expect(events.filter((event) => event.startsWith("open"))).toHaveLength(3);
  expect(events.filter((event) => event.startsWith("close"))).toHaveLength(3);
});

test("layouts are one process on all threads, and a process for each of several", () => {
  expect(layouts(1, "jit").map(settingName)).toEqual(["jit, 1 thread"]);
  expect(layouts(2).map(settingName)).toEqual(["2 threads", "2 × 1 thread"]);
});
