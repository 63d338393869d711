/** Source of truth: what is asked when, on a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServerFailure } from "../../../web/src/server/failures.ts";
import { Live, type LiveState } from "../../../web/src/translation/live.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Asked {
  request: string;
  signal: AbortSignal;
  answer(value: string): void;
  fail(error: unknown): void;
}

function start() {
  const asked: Asked[] = [];
  const states: LiveState<string>["kind"][] = [];
  const answers: [string, string][] = [];
  const advice: string[] = [];
  const live = new Live<string, string>({
    ask: (request, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ request, signal, answer: resolve, fail: reject });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
    onState: (state, request) => {
      states.push(state.kind);
      if (state.kind === "done") answers.push([request!, state.answer]);
      if (state.kind === "failed") advice.push(state.advice.text);
    },
    pause: 200,
    patience: 800,
  });
  return { live, asked, states, answers, advice };
}

const requests = (asked: readonly Asked[]) => asked.map(({ request }) => request);

describe("while somebody types", () => {
  test("one request follows a pause", async () => {
    const { live, asked, answers, states } = start();
    live.want("a");
    vi.advanceTimersByTime(199);
    live.want("ab");
    vi.advanceTimersByTime(199);
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(requests(asked)).toEqual(["ab"]);
    asked[0]!.answer("AB");
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toEqual([["ab", "AB"]]);
    expect(states).toEqual(["working", "done"]);
  });

  test("without a pause, one comes after a while", () => {
    const { live, asked } = start();
    for (let i = 0; i < 10; i++) {
      live.want(`text ${i}`);
      vi.advanceTimersByTime(100);
    }
    expect(requests(asked)).toEqual(["text 7"]);
    vi.advanceTimersByTime(200);
    expect(requests(asked)).toEqual(["text 7", "text 9"]);
  });

  test("at once is at once", () => {
    const { live, asked } = start();
    live.want("a");
    live.want("b", true);
    expect(requests(asked)).toEqual(["b"]);
    vi.advanceTimersByTime(1000);
    expect(requests(asked)).toEqual(["b"]);
  });

  test("an older request is aborted when a newer one is sent, and its answer is not shown", async () => {
    const { live, asked, answers } = start();
    live.want("a", true);
    live.want("b");
    expect(asked[0]!.signal.aborted).toBe(false);
    vi.advanceTimersByTime(200);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[1]!.answer("B");
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toEqual([["b", "B"]]);
  });

  test("an answer that arrives before the next request is shown", async () => {
    const { live, asked, answers } = start();
    live.want("a", true);
    live.want("b");
    asked[0]!.answer("A");
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toEqual([["a", "A"]]);
  });

  test("nothing is wanted after stop", async () => {
    const { live, asked, answers, states } = start();
    live.want("a", true);
    live.want("b");
    live.stop();
    expect(asked[0]!.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(5000);
    expect(requests(asked)).toEqual(["a"]);
    expect(answers).toEqual([]);
    expect(states).toEqual(["working", "idle"]);
  });
});

describe("failures", () => {
  test("of a server that asks to come back are tried again when it says", async () => {
    const { live, asked, states, advice } = start();
    live.want("a", true);
    asked[0]!.fail(new ServerFailure(429, "Slowdown", 7));
    await vi.advanceTimersByTimeAsync(6999);
    expect(requests(asked)).toEqual(["a"]);
    expect(advice).toEqual(["The server has a lot to do just now."]);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests(asked)).toEqual(["a", "a"]);
    asked[1]!.answer("A");
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(["working", "failed", "working", "done"]);
  });

  test("that would come again are not tried again, but for who asks for it", async () => {
    const { live, asked } = start();
    live.want("a", true);
    asked[0]!.fail(new ServerFailure(413, "too long"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests(asked)).toEqual(["a"]);
    live.retry();
    expect(requests(asked)).toEqual(["a", "a"]);
  });

  test("give way to what is typed meanwhile", async () => {
    const { live, asked } = start();
    live.want("a", true);
    asked[0]!.fail(new ServerFailure(0, ""));
    await vi.advanceTimersByTimeAsync(100);
    live.want("b");
    await vi.advanceTimersByTimeAsync(200);
    expect(requests(asked)).toEqual(["a", "b"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(requests(asked)).toEqual(["a", "b"]);
  });
});
