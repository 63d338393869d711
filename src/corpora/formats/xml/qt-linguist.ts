/** Qt Linguist's .ts files: messages with their translations; of a plural the last form, of variants in length the longest, which comes first. */
import { rootElement } from "../../../data/files/text-format.ts";
import { type Importer, type ImportItem, type ImportOptions, skip } from "../importer.ts";
import { sidedPair, sidesOf } from "../sides.ts";
import { childOf, childrenOf, inherited, readElements, type XmlElement } from "./elements.ts";

export const qtLinguist: Importer = {
  name: "qt",
  title: "a file of Qt Linguist (.ts)",
  files: 1,
  matches: ({ text }) => rootElement(text.trimStart())?.tag === "TS",
  pairs: (file, options) =>
    readElements<ImportItem>(file, ["TS"], ["message"], (message, items) => items.push(messageItem(message, options))),
};

function messageItem(message: XmlElement, options: ImportOptions): ImportItem {
  const { line, isMalformed } = message;
  if (isMalformed) return skip("malformed", line);
  const [source, translation] = [childOf(message, "source"), childOf(message, "translation")];
  const text = translation === undefined ? "" : translationText(translation);
  const type = translation?.attributes["type"];
  if ((type === "vanished" || type === "obsolete") && !options.obsolete) return skip("obsolete", line);
  if (type === "unfinished" && text.trim() !== "" && !options.fuzzy) return skip("fuzzy or to be reviewed", line);
  const sides = sidesOf(inherited(message, "sourcelanguage"), inherited(message, "language"), options);
  return sidedPair(sides, source === undefined ? "" : withBytes(source), text, line);
}

function translationText(translation: XmlElement): string {
  const form = childrenOf(translation, "numerusform").at(-1) ?? translation;
  return withBytes(childOf(form, "lengthvariant") ?? form);
}

/** Text in which `<byte value="x1b"/>` stands for what XML cannot hold. */
function withBytes(element: XmlElement): string {
  const parts = element.children.map((child) => {
    if (typeof child === "string") return child;
    const value = child.name === "byte" ? (child.attributes["value"] ?? "") : "";
    const code = value.startsWith("x") ? Number.parseInt(value.slice(1), 16) : Number.parseInt(value, 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
  return parts.join("");
}
