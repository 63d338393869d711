/** Source of truth: what a person should see on a terminal and in a log file. */
import { expect, it } from "vitest";
import { log, setLogSink } from "../../src/base/logger.ts";
import { formatCount, formatDuration, Progress, type ProgressStream } from "../../src/base/progress.ts";

function run(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const stream: ProgressStream = { isTTY, columns: 60, write: (text) => written.push(text) };
  const progress = new Progress({ label: "translate", unit: "sentences", total: 4000, stream, clock: () => now });
  const at = (seconds: number, count: number, note?: string) => {
    now = seconds * 1000;
    progress.update(count, note);
  };
  return { written, progress, at };
}

it("redraws one line on a terminal, with messages above it", () => {
  const outer: string[] = [];
  const original = setLogSink((line) => outer.push(line));
  const { written, progress, at } = run(true);
  at(0.05, 1);
  expect(written).toEqual([]);
  at(10, 1000, "BLEU 12");
  expect(written.at(-1)).toBe("\r\u001b[2Ktranslate: 1k/4k sentences, 100/s, 30s left, BLEU 12");
  log.warn("long line");
  expect(written.slice(-2)[0]).toBe("\r\u001b[2Kwarning: long line\n");
  expect(written.at(-1)).toContain("1k/4k");
  at(40, 4000, "a note that is far too long for sixty columns of a terminal");
  expect(written.at(-1)!.length).toBeLessThan(60 + "\r\u001b[2K".length);
  progress.end();
  progress.end();
  expect(written.filter((text) => text === "\n")).toHaveLength(1);
  log.info("after");
  expect(outer).toEqual(["after"]);
  setLogSink(original);
});

it("writes a plain line now and then elsewhere", () => {
  const { written, progress, at } = run(false);
  for (let second = 1; second <= 25; second++) at(second, second * 100);
  progress.end("done");
  expect(written).toEqual([
    "translate: 1k/4k sentences, 100/s, 30s left\n",
    "translate: 2k/4k sentences, 100/s, 20s left\n",
    "translate: 2.5k/4k sentences, 100/s, 15s left, done\n",
  ]);
});

it("shortens counts and durations", () => {
  expect([0, 7, 999, 1000, 12_345, 999_900, 4_560_000, 2e9].map(formatCount)).toEqual(
    ["0", "7", "999", "1k", "12.3k", "1M", "4.56M", "2G"], // three digits
  );
  expect([0, 59.4, 60, 185, 7620].map(formatDuration)).toEqual(["0s", "59s", "1m00s", "3m05s", "2h07m"]);
});
