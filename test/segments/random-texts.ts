/** Random texts of words, white space and placeables, the placeables known by construction. */
import type { Random } from "../../src/base/random.ts";

/** Placeables of every kind, by their text. */
export const samples = [
  "{0}",
  "{1}",
  "{name}",
  "{{name}}",
  "{{{raw}}}",
  "$" + "{user}",
  "#{id}",
  "%{count}",
  "{0:N2}",
  "{when, date, short}",
  "{}",
  "%1$s",
  "%(name)s",
  "%(total).2f",
  "%d",
  "%s",
  "%@",
  "%05.1f",
  "%%",
  "%-10s",
  "%ld",
  "<b>",
  "</b>",
  "<br>",
  "<br/>",
  '<a href="x.html" title="a > b">',
  "</a>",
  "<!-- a {0} -->",
  "<x id='1'/>",
  "<keybinding:k>",
  "&amp;",
  "&#8230;",
  "&#x2026;",
  "&nbsp;",
  "https://example.org/a?b=c&d=e#f",
  "http://localhost:3000/{0}",
  "www.example.org",
  "ftp://h/p_(1)",
  "mailto:a@example.org",
  "a.b+c@mail.example.co.uk",
  "10 km",
  "3.5 GB",
  "50%",
  "-4 °C",
  "€ 20",
  "$9.99",
  "1,000 kg",
  "100 km/h",
  "😀",
  "👨‍👩‍👧",
  "🇩🇪",
  "👍🏽",
  "❤️",
  "1️⃣",
  "{n, plural, one {# file} other {# files}}",
  "{g, select, male {he said '{no}'} female {she wrote {n, plural, =0 {nothing} other {{m} lines}}} other {}}",
] as const;

const words = [
  "open",
  "the",
  "File",
  "größer",
  "ещё",
  "don't",
  "e.g.",
  "Dr.",
  "3.",
  "no",
  "読む",
  "x",
  "A",
  "naïve",
  "(see",
  "below)",
  "“yes”",
  "a-b",
  "%",
  "{",
  "}",
  "<",
  ">",
  "&",
  "'",
  "#",
  "5",
];
const spaces = [
  " ",
  " ",
  " ",
  " ",
  "  ",
  "   ",
  "\t",
  "\n",
  "\r\n",
  "\n\n",
  "\u00a0",
  "\u2028",
  " \n - ",
  "\ufeff",
  "\u3000",
];
const stops = [". ", "! ", "? ", "… ", "。", ".\n", ": ", ", ", ""];

/** A text of up to 24 pieces: its placeables stand anywhere, next to words and each other too. */
export function wildText(random: Random): string {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  let text = "";
  for (let pieces = random.integer(24); pieces > 0; pieces--) {
    const list = [words, words, spaces, spaces, samples, stops][random.integer(6)]!;
    text += pick<string>(list);
  }
  return text;
}

/** A text whose placeables stand between white space and words of letters only, and the placeables in order. */
export function plainText(random: Random): { text: string; placed: string[] } {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const placed: string[] = [];
  const parts: string[] = [];
  for (let pieces = 2 + random.integer(12); pieces > 0; pieces--) {
    if (random.integer(3) > 0) parts.push(pick(["open", "the", "file", "größer", "letzte", "wörter", "here"]));
    else {
      const sample = pick(samples);
      placed.push(sample);
      parts.push(sample);
    }
    parts.push(pick([" ", " ", " ", ", ", ".\n", ". "]));
  }
  return { text: parts.join(""), placed };
}
