/**
 * JSON as a safetensors header needs it read: UTF-8 without faults, each key once, whole numbers told from others. JSON.parse lets the
 * last of two equal keys win, takes halves of surrogate pairs and reads 4.0 as 4.
 */

/** Numbers that are not written as whole ones of 0 or more (`4.0`, `4e0`, `-1`) are NaN. */
export type HeaderJson = null | boolean | number | string | HeaderJson[] | Map<string, HeaderJson>;

/** What is wrong with the text, as the rest of a sentence about it. */
export class HeaderProblem extends Error {}

/** As deep as the format's reference implementation goes. */
const MOST_NESTING = 128;
const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;
const NUMBER = /-?\d[\d.eE+-]*/y;
const WHOLE = /^(0|[1-9]\d*)$/;

/**
 * @example
 * parseHeaderJson(Buffer.from('{"shape": [2, 3.0]}')); // Map { "shape" → [2, NaN] }
 * @throws HeaderProblem
 */
export function parseHeaderJson(bytes: Uint8Array): HeaderJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HeaderProblem("is not UTF-8");
  }
  return new Parser(text).document();
}

/** Whether a text cannot be written as UTF-8: a surrogate is not half of a pair. */
export function hasLoneSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/u.test(text);
}

class Parser {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): HeaderJson {
    const value = this.value();
    this.match(SPACE);
    if (this.at < this.text.length) throw this.notJson();
    return value;
  }

  private value(): HeaderJson {
    this.match(SPACE);
    const next = this.text[this.at];
    if (next === "{") return this.nested(() => this.object());
    if (next === "[") return this.nested(() => this.array());
    if (next === '"') return this.string();
    const number = this.match(NUMBER);
    if (number !== "") {
      const value = this.decoded(number) as number;
      return WHOLE.test(number) ? value : Number.NaN;
    }
    return this.decoded(this.match(LITERAL)) as boolean | null;
  }

  private nested<Result>(read: () => Result): Result {
    if (++this.depth > MOST_NESTING) throw new HeaderProblem(`is nested deeper than ${MOST_NESTING} levels`);
    this.at++;
    const result = read();
    this.depth--;
    return result;
  }

  private object(): Map<string, HeaderJson> {
    const entries = new Map<string, HeaderJson>();
    if (this.ends("}")) return entries;
    do {
      this.match(SPACE);
      const key = this.string();
      if (entries.has(key)) throw new HeaderProblem(`has the key ${JSON.stringify(key)} twice`);
      this.match(SPACE);
      if (this.text[this.at++] !== ":") throw this.notJson();
      entries.set(key, this.value());
    } while (this.continues("}"));
    return entries;
  }

  private array(): HeaderJson[] {
    const items: HeaderJson[] = [];
    if (this.ends("]")) return items;
    do items.push(this.value());
    while (this.continues("]"));
    return items;
  }

  private string(): string {
    if (this.text[this.at] !== '"') throw this.notJson();
    const from = this.at;
    for (this.at++; this.text[this.at] !== '"'; this.at += this.text[this.at] === "\\" ? 2 : 1) {
      if (this.at >= this.text.length) throw this.notJson();
    }
    this.at++;
    const value = this.decoded(this.text.slice(from, this.at)) as string;
    if (hasLoneSurrogate(value)) throw new HeaderProblem(`has half of a surrogate pair in ${JSON.stringify(value)}`);
    return value;
  }

  /** Whether a list ends at once. */
  private ends(bracket: string): boolean {
    this.match(SPACE);
    if (this.text[this.at] !== bracket) return false;
    this.at++;
    return true;
  }

  /** Whether a list goes on after an item. */
  private continues(bracket: string): boolean {
    this.match(SPACE);
    const next = this.text[this.at++];
    if (next === ",") return true;
    if (next === bracket) return false;
    throw this.notJson();
  }

  /** What the pattern takes here; empty where it takes nothing. */
  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }

  private decoded(token: string): unknown {
    try {
      return JSON.parse(token);
    } catch {
      throw this.notJson();
    }
  }

  private notJson(): HeaderProblem {
    return new HeaderProblem(`is not JSON near character ${this.at}`);
  }
}
