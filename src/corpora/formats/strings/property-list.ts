/** Property lists of Apple in XML as texts by key: a dictionary of strings, or, in .stringsdict, of plural rules. */
import type { InputFile } from "../importer.ts";
import { readElements, textOf, type XmlElement } from "../xml/elements.ts";
import type { KeyedText } from "./keyed.ts";

/** Keys of a plural rule that are no texts of a quantity. */
const RULE_KEYS = /^NSString/;
const FORMAT_KEY = "NSStringLocalizedFormatKey";

export async function readPropertyList(file: InputFile): Promise<KeyedText[]> {
  const texts: KeyedText[] = [];
  for await (const found of readElements<KeyedText>(file, ["plist"], ["dict"], (dictionary, all) => {
    for (const text of textsOf(dictionary)) all.push(text);
  })) {
    for (const text of found) texts.push(text);
  }
  return texts;
}

function textsOf(dictionary: XmlElement): KeyedText[] {
  if (dictionary.isMalformed) return [{ key: "", text: "", line: dictionary.line, skipped: "malformed" }];
  return entriesOf(dictionary).flatMap(([key, value]) =>
    value.name === "dict" ? pluralsOf(key, value) : value.name === "string" ? [keyed(key, value)] : [],
  );
}

/** The format, where it says more than where the plurals go, and each plural's texts by quantity. */
function pluralsOf(key: string, rule: XmlElement): KeyedText[] {
  return entriesOf(rule).flatMap(([name, value]) => {
    if (value.name === "string") {
      const hasText = name === FORMAT_KEY && /\p{L}/u.test(textOf(value).replace(/%#@[^@]*@/g, ""));
      return hasText ? [keyed(`${key} ${name}`, value)] : [];
    }
    if (value.name !== "dict") return [];
    const quantities = entriesOf(value).filter(
      ([quantity, text]) => text.name === "string" && !RULE_KEYS.test(quantity),
    );
    return quantities.map(([quantity, text]) => keyed(`${key} ${name} ${quantity}`, text));
  });
}

function keyed(key: string, value: XmlElement): KeyedText {
  return { key, text: textOf(value), line: value.line };
}

/** Each <key> with the element after it. */
function entriesOf(dictionary: XmlElement): [key: string, value: XmlElement][] {
  const elements = dictionary.children.filter((child) => typeof child !== "string");
  return elements.flatMap((element, i): [string, XmlElement][] => {
    const value = elements[i + 1];
    return element.name === "key" && value !== undefined && value.name !== "key" ? [[textOf(element), value]] : [];
  });
}
