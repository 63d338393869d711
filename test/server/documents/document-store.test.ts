/** Source of truth: which documents may be worked on, by what was accepted before; a clock that the test turns. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { DocumentJob, DocumentUpload } from "../../../src/server/documents/document-job.ts";
import { type DocumentLimits, DocumentStore } from "../../../src/server/documents/document-store.ts";

const limits: DocumentLimits = { bytes: 100, characters: 0, kept: 1000, lifetime: 60_000, patience: 500 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A store whose documents are done when the test says so. */
function store(some: Partial<DocumentLimits> = {}) {
  const running: DocumentJob[] = [];
  const settle = new Map<DocumentJob, { resolve(bytes: Uint8Array): void; reject(error: unknown): void }>();
  const documents = new DocumentStore({ ...limits, ...some }, (job) => {
    running.push(job);
    job.signal.addEventListener("abort", () => settle.get(job)!.reject(job.signal.reason));
    return new Promise((resolve, reject) => settle.set(job, { resolve, reject }));
  });
  const finish = async (job: DocumentJob, size = 10) => {
    settle.get(job)!.resolve(new Uint8Array(size));
    await job.finished;
    await vi.advanceTimersByTimeAsync(0);
  };
  return { documents, running, finish, settle };
}

function upload(client: string, size = 10, name = "a.txt"): DocumentUpload {
  return { client, name, format: "txt", bytes: new Uint8Array(size), source: "en", target: "de" };
}

const clients = (jobs: readonly DocumentJob[]) => jobs.map((job) => job.upload.client).join("");

describe("documents under way", () => {
  test("are four, two of a client: who has fewer comes before who was first", async () => {
    const { documents, running, finish } = store();
    const jobs = [..."aaaabcdd"].map((client) => documents.add(upload(client)));
    expect(clients(running)).toBe("aabc");
    expect(jobs[2]!.state).toEqual({ kind: "queued" });
    await finish(jobs[4]!);
    expect(clients(running)).toBe("aabcd");
    await finish(jobs[0]!);
    expect(clients(running)).toBe("aabcda");
    expect(documents.load.open).toBe(6);
  });

  test("of one client are twenty at most, those that wait counted", () => {
    const { documents } = store();
    for (let i = 0; i < 20; i++) documents.add(upload("a"));
    expect(() => documents.add(upload("a"))).toThrow(expect.objectContaining({ status: 429, retryAfter: 30 }));
    documents.add(upload("b"));
  });

  test("tell how long they will take, by what they took so far", async () => {
    const { documents, finish } = store();
    const job = documents.add(upload("a"));
    expect(job.state).toEqual({ kind: "translating", secondsLeft: undefined });
    job.expect(100);
    await vi.advanceTimersByTimeAsync(2000);
    job.progress(25);
    expect(job.state).toEqual({ kind: "translating", secondsLeft: 6 });
    await finish(job);
    expect(job.state).toMatchObject({ kind: "done" });
  });
});

describe("room", () => {
  test("is for uploads that come in, documents, and then their translations", async () => {
    const { documents, finish } = store({ kept: 150 });
    const release = documents.reserve(100);
    expect(() => documents.reserve(51)).toThrow(expect.objectContaining({ status: 429 }));
    release();
    const job = documents.add(upload("a", 100));
    expect(documents.load.bytes).toBe(100);
    expect(() => documents.reserve(51)).toThrow(expect.objectContaining({ status: 429 }));
    await finish(job, 20);
    expect(documents.load.bytes).toBe(20);
    documents.remove(job);
    expect(documents.load.bytes).toBe(0);
  });

  test("isn't there for one that is too large", () => {
    const { documents } = store();
    expect(() => documents.reserve(101)).toThrow(expect.objectContaining({ status: 413 }));
  });
});

describe("a document's time", () => {
  test("ends its work, after which it has failed for as long", async () => {
    const { documents } = store();
    const job = documents.add(upload("a"));
    const others = [documents.add(upload("a")), documents.add(upload("a"))];
    await vi.advanceTimersByTimeAsync(59_999);
    expect(job.isOpen).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(job.signal.aborted).toBe(true);
    await expect(job.finished).rejects.toMatchObject({ status: 504, message: expect.stringMatching(/1 minutes/) });
    expect(documents.find(job.id)?.state).toMatchObject({ kind: "failed" });
    await expect(others[1]!.finished).rejects.toMatchObject({ status: 504 });
    expect(documents.load.open).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(documents.find(job.id)).toBeUndefined();
  });

  test("begins anew for its translation", async () => {
    const { documents, finish } = store();
    const job = documents.add(upload("a"));
    await vi.advanceTimersByTimeAsync(50_000);
    await finish(job);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(documents.find(job.id)).toBe(job);
    await vi.advanceTimersByTimeAsync(1);
    expect(documents.find(job.id)).toBeUndefined();
    expect(documents.load.bytes).toBe(0);
  });
});

describe("a document that nobody wants any more", () => {
  test("is stopped, and the next one begins", async () => {
    const { documents, running } = store();
    const jobs = [..."aaa"].map((client) => documents.add(upload(client)));
    documents.remove(jobs[0]!);
    expect(jobs[0]!.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(running).toEqual(jobs);
    documents.remove(jobs[1]!);
    expect(documents.find(jobs[1]!.id)).toBeUndefined();
  });

  test("does not begin if it was waiting", async () => {
    const { documents, running, finish } = store();
    const jobs = [..."aaa"].map((client) => documents.add(upload(client)));
    documents.remove(jobs[2]!);
    await finish(jobs[0]!);
    expect(running).toHaveLength(2);
  });
});

describe("a store that closes", () => {
  test("takes no more, ends with its last document, and waits until all were fetched", async () => {
    const { documents, finish } = store();
    const [first, second] = [documents.add(upload("a")), documents.add(upload("b"))];
    const events: string[] = [];
    const closed = documents
      .close()
      .then(() => {
        events.push("closed");
        return documents.allFetched();
      })
      .then(() => events.push("fetched"));
    expect(() => documents.reserve(1)).toThrow(expect.objectContaining({ status: 503, retryAfter: 5 }));
    await finish(first);
    expect(events).toEqual([]);
    await finish(second);
    expect(events).toEqual(["closed"]);
    documents.markFetched(first);
    documents.remove(second);
    await closed;
    expect(documents.find(first.id)).toBeUndefined();
  });

  test("has patience, but not without end", async () => {
    const { documents, finish } = store();
    await finish(documents.add(upload("a")));
    let isOver = false;
    void documents.allFetched().then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(499);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
  });
});

test("a translation is called after its document and language", () => {
  const { documents } = store();
  const named = (name: string) => documents.add(upload(name, 1, name)).translatedName;
  expect(["a.b.docx", "README", ".md"].map(named)).toEqual(["a.b_de.docx", "README_de", ".md_de"]);
});

test("ids and keys are long and no two the same", () => {
  const { documents } = store();
  const jobs = Array.from({ length: 10 }, () => documents.add(upload("a")));
  expect(new Set(jobs.flatMap(({ id, key }) => [id, key])).size).toBe(20);
});
