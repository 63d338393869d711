/** Whether two texts have the same numbers, whatever separates their thousands and decimals. */

/** Digits with single separators between them, not within a word; a space only before three digits, as thousands have it. */
const NUMBER = /(?<![\p{L}\p{Nd}])\p{Nd}+(?:(?:[.,:/'’٫٬\u2009\u00a0\u202f]|[ ](?=\p{Nd}{3}(?!\p{Nd})))\p{Nd}+)*/gu;
const SEPARATOR = /[^0-9]/;
const SPACES = /[ \u2009\u00a0\u202f]/;
const ANY_SPACE = new RegExp(SPACES, "g");

/** What a number may mean, as written in plain digits: `1.234` may be 1234 or 1.234. */
type Readings = readonly string[];

/**
 * How many different numbers both texts have, and how many only one of them has. Digits of any script are numbers; those after a letter (`MP3`) are part of a
 * word. What is no number with separators, such as a date or a time, counts by its parts.
 */
export function compareNumbers(source: string, target: string): { shared: number; differing: number } {
  const [a, b] = [source, target].map((text) => Array.from(text.matchAll(NUMBER), ([number]) => plainDigits(number)));
  if (a!.length === 0 && b!.length === 0) return { shared: 0, differing: 0 };
  let best = { shared: 0, differing: Number.POSITIVE_INFINITY };
  for (const [read, readOther] of waysToRead) {
    const found = matched(distinct(a!.flatMap(read)), distinct(b!.flatMap(readOther)));
    if (found.differing < best.differing) best = found;
  }
  return best;
}

/**
 * A space between digits may separate thousands on one side and two numbers on the other; and 10.30 is a time where the other side has 10:30.
 */
const waysToRead = [
  [asNumbers, asNumbers],
  [asNumbers, asSeparate],
  [asSeparate, asNumbers],
  [asSeparate, asSeparate],
  [asGroups, asGroups],
] as const;

/** Of a number with its spaces as separators of thousands. */
function asNumbers(text: string): Readings[] {
  const groups = text.split(SEPARATOR);
  const separators = [...text.replaceAll(ANY_SPACE, " ")].filter((letter) => SEPARATOR.test(letter));
  const readings = readingsOf(groups, separators);
  return readings === undefined ? groups.map((group) => [withoutZeros(group)]) : [readings];
}

/** Each part between spaces is a number. */
function asSeparate(text: string): Readings[] {
  return text.split(SPACES).flatMap(asNumbers);
}

function asGroups(text: string): Readings[] {
  return text.split(SEPARATOR).map((group) => [withoutZeros(group)]);
}

/** Undefined where the groups are no number. */
function readingsOf(groups: readonly string[], separators: readonly string[]): Readings | undefined {
  const whole = groups.join("");
  if (separators.length === 0) return [withoutZeros(whole)];
  if (separators.some((each) => each === ":" || each === "/")) return undefined;
  const last = separators.at(-1)!;
  const first = separators[0]!;
  const readings: string[] = [];
  const grouped = (parts: readonly string[]) =>
    parts[0]!.length <= 3 && parts.slice(1).every((part) => part.length === 3 || part.length === 2);
  if (separators.every((each) => each === first) && grouped(groups) && groups.at(-1)!.length === 3) {
    readings.push(withoutZeros(whole));
  }
  const before = separators.slice(0, -1);
  const isDecimal =
    !SPACES.test(last) && before.every((each) => each === first && each !== last) && grouped(groups.slice(0, -1));
  if (isDecimal || (separators.length === 1 && !SPACES.test(last))) {
    const fraction = groups.at(-1)!.replace(/0+$/, "");
    const integer = withoutZeros(groups.slice(0, -1).join(""));
    readings.push(fraction === "" ? integer : `${integer}.${fraction}`);
  }
  return readings.length === 0 ? undefined : readings;
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=.)/, "");
}

function distinct(numbers: readonly Readings[]): Readings[] {
  return [...new Map(numbers.map((readings) => [readings.join(" "), readings])).values()];
}

function matched(a: readonly Readings[], b: readonly Readings[]): { shared: number; differing: number } {
  const agree = (one: Readings, other: Readings) => one.some((reading) => other.includes(reading));
  const found = a.filter((one) => b.some((other) => agree(one, other))).length;
  const others = b.filter((other) => !a.some((one) => agree(one, other))).length;
  return { shared: found, differing: a.length - found + others };
}

/** Digits of other scripts as those of ASCII: each script has its ten in a row. */
function plainDigits(text: string): string {
  return /[^\x20-\x7e\u2009\u00a0\u202f’٫٬]/u.test(text) ? text.replace(/(?![0-9])\p{Nd}/gu, digitOf) : text;
}

function digitOf(digit: string): string {
  let code = digit.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1))) {
    code--;
    value++;
  }
  return String(value);
}
