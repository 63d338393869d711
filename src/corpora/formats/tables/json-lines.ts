/** JSON lines: an object a line, with the two texts as fields, or as fields of a `translation` inside, by language or by side. */
import { type Importer, type ImportItem, pair, skip } from "../importer.ts";
import { readTextLines } from "../text-lines.ts";
import { FieldFinder, isObject } from "./fields.ts";

export const jsonLines: Importer = {
  name: "jsonl",
  title: "a file of JSON lines",
  files: 1,
  matches: ({ name, text }) =>
    /\.(?:jsonl|ndjson)$/.test(name) || isObject(parsed(/^\ufeff?(\{.*\})\r?\n/.exec(text)?.[1])),
  pairs: async function* (file, options) {
    const fields = new FieldFinder(options);
    for await (const { first, lines } of readTextLines(file)) {
      const items: ImportItem[] = [];
      for (const [i, line] of lines.entries()) {
        if (line.trim() !== "") items.push(itemOf(line, first + i, fields));
      }
      if (items.length > 0) yield items;
    }
  },
};

function itemOf(line: string, number: number, fields: FieldFinder): ImportItem {
  const record = parsed(line);
  if (!isObject(record)) return skip("malformed", number);
  const texts = fields.textsOf(record);
  if (texts === undefined) return skip("not in both languages", number);
  return pair(texts[0], texts[1], number);
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
