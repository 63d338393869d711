/** JSON lines: an object a line, with the two texts as fields, or as fields of a `translation` inside, by language or by side. */
import { type Importer, type ImportItem, type ImportOptions, pair, skip } from "../importer.ts";
import { readTextLines } from "../text-lines.ts";
import { namedColumns } from "./columns.ts";

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

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Objects that hold the texts inside a record, besides itself. */
const INSIDE = ["translation", "translations"];
/** Forms of a record that are remembered, so that a file of made-up ones takes no memory. */
const MOST_FORMS = 1000;

class FieldFinder {
  private readonly options: ImportOptions;
  /** By the names of a record, which two are the texts. */
  private readonly known = new Map<string, readonly [string, string] | undefined>();

  constructor(options: ImportOptions) {
    this.options = options;
  }

  textsOf(record: JsonObject): [string, string] | undefined {
    const { columns } = this.options;
    if (columns !== undefined) return bothTexts(columns.map((path) => fieldAt(record, path)));
    for (const object of [record, ...INSIDE.map((name) => record[name]).filter(isObject)]) {
      const names = this.namesOf(object);
      const texts = names === undefined ? undefined : bothTexts(names.map((name) => object[name]));
      if (texts !== undefined) return texts;
    }
    return undefined;
  }

  private namesOf(object: JsonObject): readonly [string, string] | undefined {
    const names = Object.keys(object);
    const form = names.join("\0");
    if (this.known.has(form)) return this.known.get(form);
    const columns = namedColumns(names, this.options);
    const found = columns && ([names[columns[0]]!, names[columns[1]]!] as const);
    if (this.known.size < MOST_FORMS) this.known.set(form, found);
    return found;
  }
}

/** A field of a record, or of objects inside, as `translation.en`. */
function fieldAt(record: JsonObject, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const name of path.split(".")) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

function bothTexts([source, target]: readonly unknown[]): [string, string] | undefined {
  return typeof source === "string" && typeof target === "string" ? [source, target] : undefined;
}
