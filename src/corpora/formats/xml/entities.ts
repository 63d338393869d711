/** Entities that a document type declaration declares (XML 1.0, 4.2). */

const MOST_LENGTH = 1000;
/** Characters of a whole declaration. */
const MOST_DECLARED = 1 << 16;

const DECLARED = /<!ENTITY\s+([^\s%"'&]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);/gi;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Names with the plain text that they stand for. Entities that hold others or elements, parameter entities, and those of other files are left out, so
 * that a reference to one is malformed. `refused` makes the error for one whose text grows past all reason.
 */
export function declaredEntities(doctype: string, refused: (why: string) => Error): Record<string, string> {
  const entities: Record<string, string> = {};
  if (!doctype.includes("<!ENTITY")) return entities;
  if (doctype.length > MOST_DECLARED)
    throw refused(`its document type declaration is longer than ${MOST_DECLARED} characters`);
  for (const [, name, double, single] of doctype.replace(/<!--[\s\S]*?-->/g, "").matchAll(DECLARED)) {
    const raw = double ?? single!;
    if (/[<%]/.test(raw) || raw.replace(REFERENCE, "").includes("&")) {
      throw refused(`it declares an entity "${name}" that holds others or markup, which is not expanded here`);
    }
    if (raw.length > MOST_LENGTH) {
      throw refused(`its entity "${name}" stands for more than ${MOST_LENGTH} characters`);
    }
    entities[name!] ??= raw.replace(REFERENCE, (reference) => {
      const inner = reference.slice(1, -1);
      if (!inner.startsWith("#")) return CHARACTERS[inner.toLowerCase()]!;
      const code = /^#x/i.test(inner) ? Number.parseInt(inner.slice(2), 16) : Number(inner.slice(1));
      return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    });
  }
  return entities;
}
