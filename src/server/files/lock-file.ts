/** Lets one process at a time write: a file that is there while it does. */
import type { Stats } from "node:fs";
import { link, open, rename, rm, stat, utimes } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { RequestError } from "../request-error.ts";

/** Milliseconds after which a lock that nobody has touched is that of a process which was killed. */
const STALE = 10_000;
/** Between two tries. */
const INTERVAL = 20;
/** Milliseconds that are waited for a lock. */
const PATIENCE = 30_000;

/**
 * Does the work while the lock is held, which is touched now and then. Rejects as the work does, and with RequestError 503 for a lock that stays, saying that `what`
 * cannot be kept.
 */
export async function withLock<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  await acquire(path, what);
  const touch = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, STALE / 5);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, what: string): Promise<void> {
  const began = Date.now();
  for (;;) {
    try {
      await (await open(path, "wx")).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && isStale(found)) await takeAway(path);
    else await pause(INTERVAL);
    if (Date.now() - began > PATIENCE) {
      throw new RequestError(503, `${what} cannot be kept now.`, { nextStep: "Try again later.", retryAfter: 10 });
    }
  }
}

/** Another process may have done so meanwhile, and have a lock of its own there: that one is put back. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    if (!isStale(await stat(aside))) await link(aside, path);
    await rm(aside, { force: true });
  } catch {
    // Whoever was faster has it.
  }
}

function isStale({ mtimeMs }: Pick<Stats, "mtimeMs">): boolean {
  return Date.now() - mtimeMs > STALE;
}
