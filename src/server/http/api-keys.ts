/** API keys of a file: one a line, with the texts per minute that it may ask for where that differs from the server's. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { DataError } from "../../base/errors.ts";

/** What a key stands for. */
export interface KeyHolder {
  /** A name for logs and shares; the key cannot be told from it. */
  client: string;
  /** Texts per minute; undefined = the server's limit, 0 = none. */
  textsPerMinute: number | undefined;
}

export class ApiKeys {
  /** By digest, so that the time a look-up takes says nothing about the keys. */
  private readonly holders = new Map<string, KeyHolder>();

  /** Lines: `KEY` or `KEY TEXTS_PER_MINUTE`; `#` begins a comment. Throws DataError, naming the line. */
  static parse(text: string, file: string): ApiKeys {
    const keys = new ApiKeys();
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
      keys.holders.set(digest, { client: `key:${digest.slice(0, 8)}`, textsPerMinute });
    });
    if (keys.holders.size === 0) {
      throw new DataError("there is no API key in this file", { where: file, nextStep: "Write one key a line." });
    }
    return keys;
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

  /** Undefined for a key that is not in the file. */
  holder(key: string): KeyHolder | undefined {
    return this.holders.get(digestOf(key));
  }
}

function digestOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
