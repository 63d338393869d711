/** Rows of tables whose fields may stand in quotes (RFC 4180), with separators and line breaks inside. */
import { DataError } from "../../base/errors.ts";
import { LONGEST_LINE, placeOf } from "./line-splitter.ts";

export interface Row {
  fields: string[];
  /** That it begins with, from 1. */
  line: number;
}

/** Takes lines, and gives the rows that end with them. A quote inside a field that doesn't begin with one is text. */
export class QuotedRows {
  private readonly separator: string;
  private readonly path: string;
  private readonly otherwise: string;
  private fields: string[] = [];
  /** Of a field that has begun in quotes and not ended: its parts, and how long they are. */
  private open: string[] | undefined;
  private length = 0;
  private first = 1;

  /** `path` is for messages of errors, `otherwise` what can be done besides mending the quotes, as the end of a sentence. */
  constructor(separator: string, path: string, otherwise?: string) {
    this.separator = separator;
    this.path = path;
    this.otherwise = otherwise === undefined ? "" : `, ${otherwise}`;
  }

  /** Undefined for a blank line, and where the row goes on. Throws DataError for a quoted field that is too long. */
  line(line: string, number: number): Row | undefined {
    let at = 0;
    if (this.open === undefined) {
      if (line === "") return undefined;
      this.first = number;
    } else {
      this.open.push("\n");
      at = this.quoted(line, 0);
    }
    while (this.open === undefined && at <= line.length) {
      if (line[at] === '"') {
        this.open = [];
        this.length = 0;
        at = this.quoted(line, at + 1);
      } else {
        const end = this.fieldEnd(line, at);
        this.fields.push(line.slice(at, end));
        at = end + 1;
      }
    }
    if (this.open !== undefined) return undefined;
    const row = { fields: this.fields, line: this.first };
    this.fields = [];
    return row;
  }

  /** Throws DataError where a quote is still open. */
  end(): void {
    if (this.open !== undefined) throw this.unclosed("the file ends");
  }

  /** Goes on in quotes; returns where the next field begins, once they are closed. */
  private quoted(line: string, from: number): number {
    for (let at = from; ; ) {
      const quote = line.indexOf('"', at);
      const end = quote < 0 ? line.length : quote;
      this.open!.push(line.slice(at, end));
      this.length += end - at + 1;
      if (this.length > LONGEST_LINE) throw this.unclosed(`${LONGEST_LINE >> 20} MiB follow`);
      if (quote < 0) return line.length;
      if (line[quote + 1] !== '"') {
        // What follows the closing quote belongs to the field.
        const rest = this.fieldEnd(line, quote + 1);
        this.fields.push(this.open!.join("") + line.slice(quote + 1, rest));
        this.open = undefined;
        return rest + 1;
      }
      this.open!.push('"');
      at = quote + 2;
    }
  }

  private fieldEnd(line: string, from: number): number {
    const end = line.indexOf(this.separator, from);
    return end < 0 ? line.length : end;
  }

  private unclosed(what: string): DataError {
    return new DataError(`The table has a quote that is not closed before ${what}.`, {
      where: placeOf(this.path, this.first),
      nextStep: `Mend the quotes there${this.otherwise}.`,
    });
  }
}
