/** Which two fields of a record, or of an object inside it, are the texts: by language, by side, or as asked for. */
import type { ImportOptions } from "../importer.ts";
import { namedColumns } from "./columns.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Objects that hold the texts inside a record, besides itself. */
const INSIDE = ["translation", "translations"];
/** Forms of a record that are remembered, so that a file of made-up ones takes no memory. */
const MOST_FORMS = 1000;

export class FieldFinder {
  private readonly options: ImportOptions;
  /** By the names of a record, which two are the texts. */
  private readonly known = new Map<string, readonly [string, string] | undefined>();

  constructor(options: ImportOptions) {
    this.options = options;
  }

  /** The two texts; undefined where the record has not both. */
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
