/** Glossaries of clients: in memory, or in a folder that outlasts the server and that several servers may share. */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeAllLeftovers, writeFileAtomic } from "../../base/atomic-file.ts";
import { withLock } from "../files/lock-file.ts";
import { RequestError } from "../request-error.ts";
import { type Dictionary, glossaryJson, parseGlossaryJson, type StoredGlossary } from "./stored-glossary.ts";

/** Glossaries of one owner, as with DeepL. */
const MOST_GLOSSARIES = 1000;
/** Bytes of all glossaries: strangers don't fill memory or the disk. */
const MOST_BYTES = 2 ** 28;

const FILE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$/;

/** A file as it was read, and what tells whether it is still the same. */
interface ReadFile {
  glossary: StoredGlossary;
  version: string;
}

/** The owner that a key stands for; all who send none are one. The key cannot be told from it. */
export function ownerOf(key: string | undefined): string {
  return key ? createHash("sha256").update(key).digest("hex").slice(0, 32) : "anyone";
}

/**
 * Keeps glossaries by owner. In a folder each is a file, `OWNER/ID.json`, written whole and then renamed; changes hold a lock file, and every request looks at
 * the file, so that servers which share it agree.
 *
 * @example
 * const store = new GlossaryStore("glossaries");
 * const dictionaries = [{ source: "en", target: "de", entries: [{ source: "dog", targets: ["Hund"] }] }];
 * const { id } = await store.create(ownerOf("key"), "animals", dictionaries);
 */
export class GlossaryStore {
  private readonly folder: string | undefined;
  /** By owner and id; of a folder what was last read. */
  private readonly known = new Map<string, Map<string, ReadFile>>();

  /** Makes the folder, and reads what is in it. Throws DataError naming a file that is damaged. */
  constructor(folder: string | undefined) {
    this.folder = folder;
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    removeAllLeftovers(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      for (const name of readdirSync(join(folder, entry.name))) {
        const path = join(folder, entry.name, name);
        if (FILE.test(name)) parseGlossaryJson(readFileSync(path, "utf8"), path);
      }
    }
  }

  /** Those of an owner, the oldest first. Throws DataError naming a file that is damaged. */
  async list(owner: string): Promise<StoredGlossary[]> {
    const ids = this.folder === undefined ? [...this.of(owner).keys()] : await this.idsIn(join(this.folder, owner));
    const found = await Promise.all(ids.map((id) => this.get(owner, id)));
    const there = found.filter((each) => each !== undefined);
    return there.sort((a, b) => Number(a.created) - Number(b.created) || (a.id < b.id ? -1 : 1));
  }

  /** Undefined where the owner has no such glossary. Throws DataError naming a file that is damaged. */
  async get(owner: string, id: string): Promise<StoredGlossary | undefined> {
    if (!FILE.test(`${id}.json`)) return undefined;
    const known = this.of(owner);
    if (this.folder === undefined) return known.get(id)?.glossary;
    const path = this.pathOf(owner, id);
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${mtimeMs} ${size} ${ino}`;
      const before = known.get(id);
      if (before?.version === version) return before.glossary;
      const glossary = parseGlossaryJson(await readFile(path, "utf8"), path);
      known.set(id, { glossary, version });
      return glossary;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      known.delete(id);
      return undefined;
    }
  }

  /** Throws RequestError: 456 for more glossaries than an owner may have, 503 where the server keeps as many as it can. */
  async create(owner: string, name: string, dictionaries: readonly Dictionary[]): Promise<StoredGlossary> {
    const glossary = { id: randomUUID(), name, created: new Date(), dictionaries };
    return this.alone(owner, async () => {
      const ids = this.folder === undefined ? [...this.of(owner).keys()] : await this.idsIn(join(this.folder, owner));
      if (ids.length >= MOST_GLOSSARIES) {
        throw new RequestError(456, `There are ${MOST_GLOSSARIES} glossaries of this key already.`, {
          nextStep: "Delete one that is not needed.",
        });
      }
      await this.keep(owner, glossary);
      return glossary;
    });
  }

  /** The glossary as `change` makes it; undefined where the owner has no such one. Throws as `change`, `get` and `create` do. */
  async update(
    owner: string,
    id: string,
    change: (glossary: StoredGlossary) => StoredGlossary,
  ): Promise<StoredGlossary | undefined> {
    return this.alone(owner, async () => {
      const before = await this.get(owner, id);
      if (before === undefined) return undefined;
      const after = change(before);
      await this.keep(owner, after);
      return after;
    });
  }

  /** Whether there was one. */
  async remove(owner: string, id: string): Promise<boolean> {
    return this.alone(owner, async () => {
      if ((await this.get(owner, id)) === undefined) return false;
      if (this.folder !== undefined) await rm(this.pathOf(owner, id), { force: true });
      return this.of(owner).delete(id);
    });
  }

  private async keep(owner: string, glossary: StoredGlossary): Promise<void> {
    const json = glossaryJson(glossary);
    if ((await this.bytes()) + json.length > MOST_BYTES) {
      throw new RequestError(503, "The server keeps as many glossaries as it can.", {
        nextStep: "Delete one that is not needed.",
      });
    }
    if (this.folder !== undefined) writeFileAtomic(this.pathOf(owner, glossary.id), json);
    this.of(owner).set(glossary.id, { glossary, version: String(json.length) });
  }

  /** Bytes of all glossaries. */
  private async bytes(): Promise<number> {
    if (this.folder === undefined) {
      return [...this.known.values()]
        .flatMap((own) => [...own.values()])
        .reduce((n, each) => n + Number(each.version), 0);
    }
    let sum = 0;
    for (const name of await readdir(this.folder, { recursive: true })) {
      if (name.endsWith(".json")) sum += (await stat(join(this.folder, name)).catch(() => ({ size: 0 }))).size;
    }
    return sum;
  }

  /** One change of an owner's glossaries at a time, of all servers that share the folder. */
  private async alone<T>(owner: string, work: () => Promise<T>): Promise<T> {
    if (this.folder === undefined) return work();
    mkdirSync(join(this.folder, owner), { recursive: true });
    return withLock(join(this.folder, owner, "changes.lock"), "Glossaries", work);
  }

  private of(owner: string): Map<string, ReadFile> {
    const own = this.known.get(owner) ?? new Map<string, ReadFile>();
    this.known.set(owner, own);
    return own;
  }

  private async idsIn(folder: string): Promise<string[]> {
    try {
      return (await readdir(folder)).filter((name) => FILE.test(name)).map((name) => name.replace(/\.json$/, ""));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  private pathOf(owner: string, id: string): string {
    return join(this.folder!, owner, `${id}.json`);
  }
}
