/** Plural and select arguments of ICU messages: where one ends, and where the texts of its cases are. */

/** Places in a text, in UTF-16 units, `end` exclusive. */
export interface Range {
  start: number;
  end: number;
}

/** An argument `{name, plural, one {…} other {…}}`. */
export interface IcuArgument extends Range {
  /** The text of each case, between its braces. */
  cases: Range[];
}

const HEAD = /\{\s{0,20}[\p{L}\p{N}_.-]{1,80}\s{0,20},\s{0,20}(?:plural|select|selectordinal)\s{0,20},/uy;
const OFFSET = /\s{0,20}offset:\s{0,20}\d{1,9}/uy;
const SELECTOR = /\s{0,200}(?:=\d{1,9}|[\p{L}\p{N}_-]{1,80})\s{0,200}\{/uy;
const END = /\s{0,200}\}/uy;

/** Units that an argument may take, so that reading stays linear in a text's length. */
const LONGEST = 5_000;

/** Beginnings without an end that are read in one text before no more are looked for. */
const MOST_INCOMPLETE = 100;

/** The complete arguments of a text, in order, without those inside others. */
export function icuArguments(text: string): IcuArgument[] {
  const found: IcuArgument[] = [];
  let incomplete = 0;
  for (let at = text.indexOf("{"); at !== -1 && incomplete < MOST_INCOMPLETE; at = text.indexOf("{", at)) {
    const head = after(HEAD, text, at);
    const argument = head === undefined ? undefined : icuArgument(text, at, head);
    if (argument !== undefined) found.push(argument);
    else if (head !== undefined) incomplete++;
    at = argument?.end ?? at + 1;
  }
  return found;
}

/** The argument from `start` on, whose cases begin at `head`, or undefined where it is not complete. */
function icuArgument(text: string, start: number, head: number): IcuArgument | undefined {
  let at = head;
  at = after(OFFSET, text, at) ?? at;
  const cases: Range[] = [];
  for (;;) {
    const open = after(SELECTOR, text, at);
    if (open === undefined) break;
    const end = endOfCase(text, open, Math.min(text.length, start + LONGEST));
    if (end === undefined) return undefined;
    cases.push({ start: open, end });
    at = end + 1;
  }
  const end = after(END, text, at);
  return end === undefined || cases.length === 0 ? undefined : { start, end, cases };
}

/** Where the brace is that closes a case, apostrophes quoting as ICU has it. */
function endOfCase(text: string, start: number, limit: number): number | undefined {
  let depth = 0;
  for (let at = start; at < limit; at++) {
    const unit = text[at];
    if (unit === "'") {
      const quoted = icuLiteralEnd(text, at);
      if (quoted !== undefined) at = quoted - 1;
    } else if (unit === "{") depth++;
    else if (unit === "}" && depth-- === 0) return at;
  }
  return undefined;
}

/** Where a literal ends that begins at the apostrophe `start`: `''`, or `'{…'` up to the next lone apostrophe or the end. */
export function icuLiteralEnd(text: string, start: number): number | undefined {
  if (text[start + 1] === "'") return start + 2;
  if (!/[{}#|]/.test(text[start + 1] ?? "")) return undefined;
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== "'") continue;
    if (text[at + 1] !== "'") return at + 1;
    at++;
  }
  return text.length;
}

function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
