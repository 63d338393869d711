/** Source of truth: sums of the accepted texts, on a clock that the test moves. */
import { describe, expect, test } from "vitest";
import { Admission } from "../../../src/server/queue/admission.ts";
import { RateLimit } from "../../../src/server/queue/rate-limit.ts";
import { Throughput } from "../../../src/server/queue/throughput.ts";
import { RequestError } from "../../../src/server/request-error.ts";

function refusal(action: () => unknown): { status: number; retryAfter: number | undefined } {
  try {
    action();
  } catch (error) {
    if (error instanceof RequestError) return { status: error.status, retryAfter: error.retryAfter };
    throw error;
  }
  throw new Error("not refused");
}

/** Bounds of text alone. */
const bounded = (waiting: number, waitingPerClient: number, speed?: number) =>
  new Admission({ waiting, waitingPerClient, wait: Number.POSITIVE_INFINITY }, () => speed);

describe("admission", () => {
  test("refuses what is over the bound with 429, and takes it once there is room", () => {
    const admission = bounded(100, 100);
    const release = admission.admit("a", 60);
    expect(refusal(() => admission.admit("b", 41)).status).toBe(429);
    admission.admit("b", 40);
    release();
    admission.admit("c", 60);
    expect(admission.load).toEqual({ requests: 2, characters: 100 });
  });

  test("bounds each client, but for its first request", () => {
    const admission = bounded(100, 20);
    admission.admit("a", 30);
    expect(refusal(() => admission.admit("a", 1)).status).toBe(429);
    const release = admission.admit("b", 20);
    expect(refusal(() => admission.admit("b", 1)).status).toBe(429);
    release();
    admission.admit("b", 1);
  });

  test("says when to come back, by the measured speed", () => {
    const admission = bounded(1000, 1000, 50);
    admission.admit("a", 900);
    expect(refusal(() => admission.admit("b", 200))).toEqual({ status: 429, retryAfter: 18 });
  });

  test("refuses what would wait for too long, once the speed is known", () => {
    let speed: number | undefined;
    const admission = new Admission({ waiting: 1e6, waitingPerClient: 1e6, wait: 2 }, () => speed);
    for (let i = 0; i < 30; i++) admission.admit("a", 10);
    speed = 100;
    expect(refusal(() => admission.admit("a", 1))).toEqual({ status: 429, retryAfter: 3 });
    speed = 200;
    admission.admit("a", 10);
  });

  test("of others counts as much as they get before a request has ended: a sentence does not wait for a book", () => {
    const admission = new Admission({ waiting: 1e6, waitingPerClient: 1e6, wait: 2 }, () => 100);
    const done = admission.admit("book", 5000);
    admission.admit("sentence", 100);
    // 100 of the book's text and its own 100 come before.
    admission.admit("sentence", 0);
    // Of each of the other two 150 at most.
    expect(refusal(() => admission.admit("page", 150)).status).toBe(429);
    done();
    admission.admit("page", 150);
  });

  test("takes a request that is long itself where little is before it", () => {
    const admission = new Admission({ waiting: 1e6, waitingPerClient: 1e6, wait: 2 }, () => 100);
    admission.admit("a", 200);
    admission.admit("b", 100_000);
    expect(refusal(() => admission.admit("b", 1)).status).toBe(429);
  });

  test("refuses for good what is larger than the bound: 413", () => {
    const admission = bounded(100, 100);
    expect(refusal(() => admission.admit("a", 101))).toEqual({ status: 413, retryAfter: undefined });
  });

  test("once closed refuses with 503 and tells when all accepted requests have ended", async () => {
    const admission = bounded(100, 100);
    const release = [admission.admit("a", 1), admission.admit("a", 1)];
    admission.close();
    expect(refusal(() => admission.admit("a", 1)).status).toBe(503);
    let idle = false;
    const waited = admission.idle().then(() => {
      idle = true;
    });
    release[0]!();
    await Promise.resolve();
    expect(idle).toBe(false);
    release[1]!();
    await waited;
  });
});

describe("throughput", () => {
  test("is that of the time in which lines wait", () => {
    let now = 0;
    const throughput = new Throughput(() => now);
    const done = (at: number, characters: number, waiting: number) => {
      now = at;
      throughput.done(characters, waiting);
    };
    done(1000, 5000, 16);
    expect(throughput.speed).toBeUndefined();
    done(1400, 40, 16);
    expect(throughput.speed).toBeUndefined();
    done(1600, 20, 15);
    expect(throughput.speed).toBe(100);
    // Too little waited until here.
    done(9000, 1, 16);
    expect(throughput.speed).toBe(100);
    done(9400, 140, 16);
    expect(throughput.speed).toBe(200);
  });

  test("is unknown again where the server has not been full for ten seconds: what was slow then need not be", () => {
    let now = 0;
    const throughput = new Throughput(() => now);
    throughput.done(30, 16);
    now = 2000;
    throughput.done(60, 15);
    expect(throughput.speed).toBe(30);
    now = 12_000;
    expect(throughput.speed).toBe(30);
    now = 12_001;
    expect(throughput.speed).toBeUndefined();
    throughput.done(1000, 16);
    now = 13_001;
    throughput.done(1000, 16);
    expect(throughput.speed).toBe(1000);
  });

  test("forgets what was long ago", () => {
    let now = 0;
    const throughput = new Throughput(() => now);
    for (; now <= 10_000; now += 100) throughput.done(10, 16);
    expect(throughput.speed).toBeCloseTo(100, 5);
    for (; now <= 60_000; now += 100) throughput.done(50, 16);
    expect(throughput.speed).toBeGreaterThan(490);
  });
});

describe("parts of a document", () => {
  const never = new AbortController().signal;
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test("wait for room in the order of asking, and after the end for new requests too", async () => {
    const admission = bounded(100, 100);
    const release = admission.admit("a", 90);
    const entered: string[] = [];
    const hold = async (name: string, characters: number) => {
      const free = await admission.hold("d", characters, never);
      entered.push(name);
      return free;
    };
    const first = hold("first", 20);
    const second = hold("second", 5);
    await turn();
    expect(entered).toEqual([]);
    admission.close();
    release();
    await admission.idle();
    (await first)();
    (await second)();
    expect(entered).toEqual(["first", "second"]);
    expect(admission.load).toEqual({ requests: 0, characters: 0 });
  });

  test("come to their turn beside texts without end", async () => {
    const admission = bounded(100, 100);
    const releases = Array.from({ length: 10 }, () => admission.admit("a", 10));
    const held = admission.hold("d", 30, never);
    for (const release of releases.splice(0, 3)) {
      release();
      expect(refusal(() => admission.admit("a", 10)).status).toBe(429);
      await turn();
    }
    (await held)();
    admission.admit("a", 10);
  });

  test("larger than all room get in alone", async () => {
    const admission = bounded(100, 100);
    const release = admission.admit("a", 1);
    let isIn = false;
    const held = admission.hold("d", 500, never).then((free) => {
      isIn = true;
      return free;
    });
    await turn();
    expect(isIn).toBe(false);
    release();
    (await held)();
    expect(admission.load.characters).toBe(0);
  });

  test("that nobody waits for any more let the next one in", async () => {
    const admission = bounded(100, 100);
    admission.admit("a", 60);
    const leave = new AbortController();
    const first = admission.hold("d", 90, leave.signal);
    const second = admission.hold("e", 40, never);
    leave.abort("gone");
    await expect(first).rejects.toBe("gone");
    await second;
    await expect(admission.hold("d", 1, AbortSignal.abort("gone"))).rejects.toBe("gone");
    expect(admission.load.characters).toBe(100);
  });
});

describe("a rate limit", () => {
  test("lets so many texts a minute pass, and says when the next may", () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    limit.take("a", 10, 30);
    limit.take("a", 20, 30);
    expect(refusal(() => limit.take("a", 5, 30))).toEqual({ status: 429, retryAfter: 10 });
    limit.take("b", 30, 30);
    now = 10_000;
    limit.take("a", 5, 30);
    expect(refusal(() => limit.take("a", 1, 30)).status).toBe(429);
  });

  test("a request of more than a minute's texts passes once, and is paid for", () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    limit.take("a", 90, 30);
    now = 120_000;
    expect(refusal(() => limit.take("a", 1, 30)).status).toBe(429);
    now = 122_000;
    limit.take("a", 1, 30);
  });

  test("what is charged afterwards is a debt", () => {
    let now = 0;
    const limit = new RateLimit(() => now);
    limit.take("a", 1, 30);
    limit.charge("a", 44, 30);
    limit.charge("b", 1000, 0);
    expect(refusal(() => limit.take("a", 1, 30))).toEqual({ status: 429, retryAfter: 32 });
    now = 32_000;
    limit.take("a", 1, 30);
  });

  test("0 is no limit", () => {
    const limit = new RateLimit();
    for (let i = 0; i < 1000; i++) limit.take("a", 1000, 0);
  });
});
