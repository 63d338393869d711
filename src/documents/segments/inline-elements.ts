/** Inline elements of TMX 1.4, XLIFF 1.2 and XLIFF 2.0: what each does to the text around it. */

export interface InlineRole {
  /**
   * - `pair`: an element around text, such as bold
   * - `open`, `close`: codes that belong together by `key`; what they hold is code
   * - `single`: a code by itself; what it holds is code
   */
  kind: "pair" | "open" | "close" | "single";
  /** Of `open` and `close`. */
  key?: string;
}

/** Elements around text, and the others that come in twos with the attributes that join them. */
const AROUND_TEXT = new Set(["hi", "g", "pc", "mrk"]);
const OPENING = new Map(Object.entries({ bpt: ["i", "rid", "id"], bx: ["rid", "id"], sc: ["id"] }));
const CLOSING = new Map(Object.entries({ ept: ["i", "rid", "id"], ex: ["rid", "id"], ec: ["startRef"] }));
/** The opening element's name stands for both. */
const PARTNERS = new Map(Object.entries({ ept: "bpt", ex: "bx", ec: "sc" }));

/**
 * `name` without a prefix. A marked text that is not to be translated (`mrk`) is a code.
 *
 * @example inlineRole("ept", (name) => ({ i: "1" })[name]) // { kind: "close", key: "bpt 1" }
 */
export function inlineRole(name: string, attribute: (name: string) => string | undefined): InlineRole {
  if (AROUND_TEXT.has(name)) {
    const isProtected = attribute("mtype") === "protected" || attribute("translate") === "no";
    return { kind: name === "mrk" && isProtected ? "single" : "pair" };
  }
  const ids = OPENING.get(name) ?? CLOSING.get(name);
  const id = ids?.map(attribute).find((value) => value !== undefined);
  if (id === undefined) return { kind: "single" };
  const key = `${PARTNERS.get(name) ?? name} ${id}`;
  return { kind: OPENING.has(name) ? "open" : "close", key };
}
