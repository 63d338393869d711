/** String resources of Android (strings.xml): strings, plurals by quantity, arrays by place. */
import { rootElement } from "../../../data/files/text-format.ts";
import { childrenOf, readElements, type XmlElement } from "../xml/elements.ts";
import { type KeyedText, keyedImporter } from "./keyed.ts";

export const android = keyedImporter({
  name: "android",
  title: "a file of Android strings",
  matches: ({ text }) => rootElement(text.trimStart())?.name === "resources",
  read: async (file) => {
    const texts: KeyedText[] = [];
    const names = ["string", "plurals", "string-array"];
    for await (const found of readElements<KeyedText>(file, ["resources"], names, (element, all) => {
      for (const text of textsOf(element)) all.push(text);
    })) {
      for (const text of found) texts.push(text);
    }
    return texts;
  },
});

function textsOf(element: XmlElement): KeyedText[] {
  const { name, attributes, line, isMalformed } = element;
  const skipped = isMalformed
    ? ({ skipped: "malformed" } as const)
    : attributes["translatable"] === "false"
      ? ({ skipped: "not to be translated" } as const)
      : {};
  const key = `${name} ${attributes["name"] ?? ""}`;
  if (name === "string") return [{ key, text: unescaped(element), line, ...skipped }];
  return childrenOf(element, "item").map((item, i) => ({
    key: `${key} ${name === "plurals" ? item.attributes["quantity"] : i}`,
    text: unescaped(item),
    line: item.line,
    ...skipped,
  }));
}

const ESCAPE = /\\(?:u([\da-fA-F]{4})|([\s\S]?))|"|\s+/g;
const CHARACTERS: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** The element with its texts as a program gets them: escapes resolved, quotes gone, white space outside of quotes collapsed. */
function unescaped(element: XmlElement): XmlElement {
  let isQuoted = false;
  const replace = (child: XmlElement | string): XmlElement | string => {
    if (typeof child !== "string") return { ...child, children: child.children.map(replace) };
    return child.replace(ESCAPE, (token, code: string | undefined, escaped: string | undefined) => {
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      if (escaped !== undefined) return CHARACTERS[escaped] ?? escaped;
      if (token !== '"') return isQuoted ? token : " ";
      isQuoted = !isQuoted;
      return "";
    });
  };
  return { ...element, children: element.children.map(replace) };
}
