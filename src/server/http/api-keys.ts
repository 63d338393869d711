/** API keys of a file: one a line, with the texts per minute that it may ask for where that differs from the server's. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DataError } from "../../base/errors.ts";
import { fileVersion } from "../../inference/model-version.ts";
import type { Watched } from "../watch/change-watch.ts";

/** What a key stands for. */
export interface KeyHolder {
  /** A name for logs and shares; the key cannot be told from it. */
  client: string;
  /** Texts per minute; undefined = the server's limit, 0 = none. */
  textsPerMinute: number | undefined;
}

export class ApiKeys {
  /** By digest, so that the time a look-up takes says nothing about the keys. */
  private holders: ReadonlyMap<string, KeyHolder>;

  private constructor(holders: ReadonlyMap<string, KeyHolder>) {
    this.holders = holders;
  }

  /** Lines: `KEY` or `KEY TEXTS_PER_MINUTE`; `#` begins a comment. Throws DataError, naming the line. */
  static parse(text: string, file: string): ApiKeys {
    const holders = new Map<string, KeyHolder>();
    text.split(/\r?\n/).forEach((line, i) => {
      const [key, limit, ...rest] = line
        .replace(/(^|\s)#.*/, "")
        .split(/\s+/)
        .filter(Boolean);
      if (key === undefined) return;
      if (rest.length > 0 || !/^\d*$/.test(limit ?? "")) {
        throw new DataError("this is no API key with its texts per minute", {
          where: `${file}, line ${i + 1}`,
          nextStep: "Write the key, and after a space a whole number where it has a limit of its own.",
        });
      }
      const digest = digestOf(key);
      const textsPerMinute = limit === undefined ? undefined : Number(limit);
      holders.set(digest, { client: `key:${digest.slice(0, 8)}`, textsPerMinute });
    });
    if (holders.size === 0) {
      throw new DataError("there is no API key in this file", { where: file, nextStep: "Write one key a line." });
    }
    return new ApiKeys(holders);
  }

  /** Throws DataError for a file that cannot be read or holds something else. */
  static read(file: string): ApiKeys {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (cause) {
      throw new DataError("the file of API keys cannot be read", { where: file, nextStep: "Check --api_keys.", cause });
    }
    return ApiKeys.parse(text, file);
  }

  /** The file, for the watch that takes a new version over; one that cannot be read changes nothing. */
  watched(file: string): Watched {
    return {
      name: file,
      version: () => fileVersion(file),
      takeOver: async () => {
        this.holders = ApiKeys.read(file).holders;
        return `is used in its new version: ${this.holders.size} keys`;
      },
    };
  }

  /** Undefined for a key that is not in the file. */
  holder(key: string): KeyHolder | undefined {
    return this.holders.get(digestOf(key));
  }
}

function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
