/**
 * XML as a stream of complete elements of chosen names, such as translation units (XML 1.0; saxes checks that it is well-formed). Memory is that of
 * one such element. Entities that a document declares are read where they stand for plain text; others are refused.
 */
import { SaxesParser } from "saxes";
import { DataError } from "../../../base/errors.ts";
import { placeOf } from "../../../data/files/line-splitter.ts";
import { decodedText, xmlEncoding } from "../decoded-text.ts";
import type { InputFile } from "../importer.ts";
import { declaredEntities } from "./entities.ts";

/** Characters of one element, or of what stands between two; more is no text. */
const MOST_CHARACTERS = 1 << 24;
/** As in src/documents. */
const MOST_DEPTH = 500;

export interface XmlElement {
  /** Without a prefix. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Texts, references decoded, and elements; empty in what is around the chosen elements. */
  children: (XmlElement | string)[];
  parent: XmlElement | undefined;
  /** Line of its opening tag, from 1. */
  line: number;
  /** Whether it holds characters or references that XML forbids; of chosen elements. */
  isMalformed: boolean;
}

/** What is wrong with a character or reference alone; anything else leaves the structure in doubt. */
const OF_ONE_CHARACTER = /: (?:disallowed character\.|undefined entity\.|malformed character entity\.)$/;

/**
 * What `take` makes of each element called one of `names`, in blocks; of those inside others, the outermost. `root` are the names that the root may
 * have. An element is given as soon as it is complete, and is garbage then.
 */
export async function* readElements<T>(
  file: InputFile,
  root: readonly string[],
  names: readonly string[],
  take: (element: XmlElement, found: T[]) => void,
): AsyncGenerator<T[]> {
  let found: T[] = [];
  const reader = new ElementReader(file.path, root, names, (element) => take(element, found));
  for await (const text of decodedText(file, xmlEncoding(file.head), () => reader.line - 1)) {
    reader.write(text);
    if (found.length === 0) continue;
    yield found;
    found = [];
  }
  reader.end();
}

class ElementReader {
  private readonly parser = new SaxesParser();
  private readonly path: string;
  private readonly locals = new Map<string, string>();
  private current: XmlElement | undefined;
  private depth = 0;
  /** Depth of the chosen element under way; 0 outside of any. */
  private chosenDepth = 0;
  private isMalformed = false;
  /** Characters of the stream before the last event, and before the chosen element. */
  private lastEvent = 0;

  constructor(path: string, root: readonly string[], names: readonly string[], take: (element: XmlElement) => void) {
    this.path = path;
    const chosen = new Set(names);
    const { parser } = this;
    parser.on("opentagstart", ({ name: qualified, attributes }) => {
      const name = this.localOf(qualified);
      const { current } = this;
      if (current === undefined && !root.includes(name)) {
        throw this.damaged(`its root is <${qualified}>, not <${root.join("> or <")}>`);
      }
      const element: XmlElement = {
        name,
        attributes: attributes as Record<string, string>,
        children: [],
        parent: current,
        // A line feed right after the name has been read.
        line: parser.column === 0 ? parser.line - 1 : parser.line,
        isMalformed: false,
      };
      if (++this.depth > MOST_DEPTH) throw this.damaged(`elements are nested more than ${MOST_DEPTH} deep`);
      if (this.chosenDepth > 0) current!.children.push(element);
      else {
        this.lastEvent = parser.position;
        if (chosen.has(name)) {
          this.chosenDepth = this.depth;
          this.isMalformed = false;
        }
      }
      this.current = element;
    });
    parser.on("closetag", () => {
      const element = this.current!;
      if (this.depth === this.chosenDepth) {
        element.isMalformed = this.isMalformed;
        this.chosenDepth = 0;
        take(element);
      }
      if (this.chosenDepth === 0) this.lastEvent = parser.position;
      this.depth--;
      this.current = element.parent;
    });
    const onText = (text: string) => {
      if (this.chosenDepth > 0) this.current!.children.push(text);
      else this.lastEvent = parser.position;
    };
    parser.on("text", onText);
    parser.on("cdata", onText);
    parser.on("comment", () => {
      if (this.chosenDepth === 0) this.lastEvent = parser.position;
    });
    parser.on("doctype", (doctype) => {
      Object.assign(
        parser.ENTITIES,
        declaredEntities(doctype, (why) => this.damaged(why)),
      );
    });
    parser.on("error", (error) => {
      if (OF_ONE_CHARACTER.test(error.message)) {
        this.isMalformed = true;
        return;
      }
      const [, why = error.message] = /^\d+:\d+: ([\s\S]*?)\.?$/.exec(error.message) ?? [];
      throw this.damaged(`it is no well-formed XML (${why})`);
    });
  }

  get line(): number {
    return this.parser.line;
  }

  write(text: string): void {
    this.parser.write(text);
    if (this.parser.position - this.lastEvent > MOST_CHARACTERS) {
      throw this.damaged(`an element, or what stands between two, is longer than ${MOST_CHARACTERS >> 20} MiB`);
    }
  }

  end(): void {
    this.parser.close();
  }

  private localOf(qualified: string): string {
    const known = this.locals.get(qualified);
    if (known !== undefined) return known;
    const local = qualified.slice(qualified.indexOf(":") + 1);
    if (this.locals.size < 1000) this.locals.set(qualified, local);
    return local;
  }

  private damaged(why: string): DataError {
    return new DataError(`The file cannot be read: ${why}.`, {
      where: placeOf(this.path, this.parser.line),
      nextStep: "Mend the file there, or export it again.",
    });
  }
}

/** The first child element of a name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => typeof child !== "string" && child.name === name) as XmlElement | undefined;
}
