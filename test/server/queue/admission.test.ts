/** Source of truth: sums of the accepted texts, on a clock that the test moves. */
import { describe, expect, test } from "vitest";
import { Admission } from "../../../src/server/queue/admission.ts";
import { RateLimit } from "../../../src/server/queue/rate-limit.ts";
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

describe("admission", () => {
  test("refuses what is over the bound with 429, and takes it once there is room", () => {
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
    const release = admission.admit("a", 60);
    expect(refusal(() => admission.admit("b", 41)).status).toBe(429);
    admission.admit("b", 40);
    release();
    admission.admit("c", 60);
    expect(admission.load).toEqual({ requests: 2, characters: 100 });
  });

  test("bounds each client, but for its first request", () => {
    const admission = new Admission({ waiting: 100, waitingPerClient: 20 });
    admission.admit("a", 30);
    expect(refusal(() => admission.admit("a", 1)).status).toBe(429);
    const release = admission.admit("b", 20);
    expect(refusal(() => admission.admit("b", 1)).status).toBe(429);
    release();
    admission.admit("b", 1);
  });

  test("says when to come back, by the measured speed", () => {
    let now = 0;
    const admission = new Admission({ waiting: 1000, waitingPerClient: 1000 }, () => now);
    const release = admission.admit("a", 500);
    now = 10_000;
    release(); // 50 a second
    admission.admit("a", 900);
    expect(refusal(() => admission.admit("b", 200))).toEqual({ status: 429, retryAfter: 18 });
  });

  test("refuses for good what is larger than the bound: 413", () => {
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
    expect(refusal(() => admission.admit("a", 101))).toEqual({ status: 413, retryAfter: undefined });
  });

  test("once closed refuses with 503 and tells when all accepted requests have ended", async () => {
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
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

describe("parts of a document", () => {
  const never = new AbortController().signal;
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  test("wait for room in the order of asking, and after the end for new requests too", async () => {
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
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
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
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
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
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
    const admission = new Admission({ waiting: 100, waitingPerClient: 100 });
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
