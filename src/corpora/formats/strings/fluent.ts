/** Fluent (.ftl, projectfluent.org), read by @fluent/syntax: messages, terms and their attributes; each variant of a selection is a text of its own. */
import {
  type Entry,
  FluentParser,
  type Pattern,
  type PatternElement,
  type Placeable,
  SelectExpression,
  type Variant,
} from "@fluent/syntax";
import { DataError } from "../../../base/errors.ts";
import { wholeText } from "../decoded-text.ts";
import { type KeyedText, keyedImporter } from "./keyed.ts";

export const fluent = keyedImporter({
  name: "fluent",
  title: "a Fluent file",
  matches: ({ name }) => name.endsWith(".ftl"),
  read: async (file) => {
    const text = (await wholeText(file)).replaceAll("\r\n", "\n");
    const body = parsed(text, file.path);
    const lines = new LineCounter(text);
    // A message begins with its comment.
    const startOf = (entry: Entry) =>
      (entry.type === "Message" || entry.type === "Term" ? entry.id : entry).span!.start;
    return body.flatMap((entry) => textsOf(entry, text, lines.lineAt(startOf(entry))));
  },
});

function parsed(text: string, path: string): Entry[] {
  try {
    return new FluentParser({ withSpans: true }).parse(text).body;
  } catch (cause) {
    // The parser calls itself for each brace in braces.
    if (!(cause instanceof RangeError)) throw cause;
    throw new DataError("The file cannot be read: placeables are nested too deep.", {
      where: path,
      nextStep: "Mend the file: a brace may not be closed.",
      cause,
    });
  }
}

function textsOf(entry: Entry, source: string, line: number): KeyedText[] {
  if (entry.type === "Junk") return [{ key: `junk ${line}`, text: "", line, skipped: "malformed" }];
  if (entry.type !== "Message" && entry.type !== "Term") return [];
  const name = entry.type === "Term" ? `-${entry.id.name}` : entry.id.name;
  const patterns: [key: string, pattern: Pattern][] = entry.value === null ? [] : [[name, entry.value]];
  for (const { id, value } of entry.attributes) patterns.push([`${name}.${id.name}`, value]);
  return patterns.flatMap(([key, pattern]) =>
    variantsOf(pattern).map((variant) => ({
      key: variant === undefined ? key : `${key} ${variant}`,
      text: patternText(pattern, variant, source),
      line,
    })),
  );
}

/** Names of the variants of a pattern's first selection; undefined where it has none. */
function variantsOf(pattern: Pattern): (string | undefined)[] {
  const [selection] = pattern.elements.map(selectionOf).filter((found) => found !== undefined);
  if (selection === undefined) return [undefined];
  return selection.variants.map(nameOf);
}

function nameOf({ key }: Variant): string {
  return key.type === "Identifier" ? key.name : key.value;
}

function selectionOf(element: PatternElement): SelectExpression | undefined {
  return element.type === "Placeable" && element.expression instanceof SelectExpression
    ? element.expression
    : undefined;
}

/** The text with a variant in the place of each selection, the default one where it lacks that; other placeables as the file writes them. */
function patternText(pattern: Pattern, variant: string | undefined, source: string): string {
  return pattern.elements
    .map((element) => {
      if (element.type === "TextElement") return element.value;
      const selection = selectionOf(element);
      if (selection === undefined) return placeableText(element as Placeable, source);
      const chosen =
        selection.variants.find((each) => nameOf(each) === variant) ?? selection.variants.find((each) => each.default)!;
      return patternText(chosen.value, variant, source);
    })
    .join("");
}

/** A literal text as what it stands for, such as `{"{"}`. */
function placeableText({ expression, span }: Placeable, source: string): string {
  if (expression.type === "StringLiteral") return expression.parse().value as string;
  return source.slice(span!.start, span!.end);
}

/** Lines of offsets that grow. */
class LineCounter {
  private readonly text: string;
  private at = 0;
  private line = 1;

  constructor(text: string) {
    this.text = text;
  }

  lineAt(offset: number): number {
    for (let end = this.text.indexOf("\n", this.at); end >= 0 && end < offset; end = this.text.indexOf("\n", this.at)) {
      this.line++;
      this.at = end + 1;
    }
    return this.line;
  }
}
