/** Character references of XML and HTML: `&amp;`, `&#233;`, `&#xe9;`. */

/** Names that every XML parser knows, and the no-break space of HTML. */
export const referenceNames: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" }),
);

/**
 * The characters that references of a text stand for. Those of other names, or of numbers that are no character, stay as they are.
 *
 * @example decodeReferences("a &lt; b &#x263a; &unknown;") // "a < b ☺ &unknown;"
 */
export function decodeReferences(text: string, names: ReadonlyMap<string, string> = referenceNames): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return names.get(name) ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}
