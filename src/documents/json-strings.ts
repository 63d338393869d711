/** JSON of UI strings: string values at any depth (i18next, Vue, Chrome's messages.json, ARB); keys and everything else stay. */
import type { Document } from "./segments/document.ts";
import { SourceText } from "./segments/source-text.ts";
import { type Place, plainPlace, TextDocument } from "./segments/text-document.ts";

/** Depth of nesting that no file of strings has. */
const MOST_DEPTH = 200;

interface StringValue {
  from: number;
  to: number;
  text: string;
  path: string[];
}

/** Of a message `{"message": …, "description": …}` only the message is translated; keys that begin with "@" describe others. */
export function readJsonStrings(bytes: Uint8Array, name: string): Document {
  const source = new SourceText(bytes, name);
  const ascii = /^[\0-\x7f]*$/.test(source.text) && source.text.includes("\\u");
  const encode = (text: string) => (ascii ? escapeAll(JSON.stringify(text)) : JSON.stringify(text));
  const values = new Scanner(source).values();
  const described = describedMessages(values);
  const places = values.flatMap(({ from, to, text, path }): Place[] => {
    if (text.trim() === "" || path.some((key) => key.startsWith("@"))) return [];
    const isAside = path.some((key, depth) => key !== "message" && described.has(JSON.stringify(path.slice(0, depth))));
    return isAside ? [] : [plainPlace(source, { from, to, text, id: path.join(".") }, encode)];
  });
  return new TextDocument(source, places);
}

/** Paths, as JSON, of the objects that have a message and its description. */
function describedMessages(values: readonly StringValue[]): Set<string> {
  const parents = (key: string) =>
    values.filter(({ path }) => path.at(-1) === key).map(({ path }) => JSON.stringify(path.slice(0, -1)));
  const messages = new Set(parents("message"));
  return new Set(parents("description").filter((parent) => messages.has(parent)));
}

function escapeAll(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Finds the string values of a JSON text (RFC 8259). */
class Scanner {
  private readonly source: SourceText;
  private readonly text: string;
  private at = 0;
  private readonly found: StringValue[] = [];

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  values(): StringValue[] {
    this.value([]);
    this.space();
    if (this.at < this.text.length) throw this.unexpected("the end");
    return this.found;
  }

  private value(path: string[]): void {
    if (path.length > MOST_DEPTH) throw this.source.damaged(this.at, `it is nested more than ${MOST_DEPTH} deep`);
    this.space();
    const first = this.text[this.at];
    if (first === "{") this.members(path);
    else if (first === "[") this.elements(path);
    else if (first === '"') {
      const from = this.at;
      const text = this.string();
      this.found.push({ from, to: this.at, text, path });
    } else this.match(/(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y, "a value");
  }

  private members(path: string[]): void {
    this.at++;
    if (this.next("}")) return;
    do {
      this.space();
      const key = this.string();
      if (!this.next(":")) throw this.unexpected('":"');
      this.value([...path, key]);
    } while (this.next(","));
    if (!this.next("}")) throw this.unexpected('"," or "}"');
  }

  private elements(path: string[]): void {
    this.at++;
    if (this.next("]")) return;
    let index = 0;
    do this.value([...path, String(index++)]);
    while (this.next(","));
    if (!this.next("]")) throw this.unexpected('"," or "]"');
  }

  private string(): string {
    const json = this.match(/"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy, "a string");
    return JSON.parse(json) as string;
  }

  private match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) throw this.unexpected(what);
    this.at += found[0].length;
    return found[0];
  }

  private next(mark: string): boolean {
    this.space();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (this.at < this.text.length && " \t\r\n".includes(this.text[this.at]!)) this.at++;
  }

  private unexpected(what: string): Error {
    const got =
      this.at < this.text.length ? JSON.stringify(this.text.slice(this.at, this.at + 12)) : "the end of the file";
    return this.source.damaged(this.at, `${what} should stand where ${got} does`);
  }
}
