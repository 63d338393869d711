/** Apple's .strings, `"key" = "text";` or a property list, and .stringsdict, whose plurals are taken by quantity. */
import { DataError } from "../../../base/errors.ts";
import { placeOf } from "../../../data/files/line-splitter.ts";
import { rootElement } from "../../../data/files/text-format.ts";
import { wholeText } from "../decoded-text.ts";
import type { FileHead, InputFile } from "../importer.ts";
import { type KeyedText, keyedImporter } from "./keyed.ts";
import { readPropertyList } from "./property-list.ts";

export const appleStrings = keyedImporter({
  name: "strings",
  title: "a file of Apple's strings",
  matches: ({ name, text }) =>
    name.endsWith(".strings") ||
    /^\ufeff?(?:\s|\/\/.*\n|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*"(?:[^"\\\n]|\\.)*"\s*=\s*"(?:[^"\\]|\\[\s\S])*"\s*;/.test(
      text,
    ),
  read: async (file) => (isPropertyList(file.head) ? readPropertyList(file) : readPlainStrings(file)),
});

export const stringsDict = keyedImporter({
  name: "stringsdict",
  title: "a file of Apple's plural strings (.stringsdict)",
  matches: ({ name }) => name.endsWith(".stringsdict"),
  read: readPropertyList,
});

function isPropertyList(head: FileHead): boolean {
  return rootElement(head.text.trimStart()) !== undefined;
}

const TOKEN = /(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)+|("(?:[^"\\]|\\[\s\S])*"|[\w.$/:-]+)|([=;])/y;

async function readPlainStrings(file: InputFile): Promise<KeyedText[]> {
  refuseBinary(file);
  const text = await wholeText(file);
  const texts: KeyedText[] = [];
  let [line, counted] = [1, 0];
  const lineAt = (offset: number) => {
    for (let at = text.indexOf("\n", counted); at >= 0 && at < offset; at = text.indexOf("\n", counted)) {
      line++;
      counted = at + 1;
    }
    return line;
  };
  let words: { text: string; at: number }[] = [];
  let marks = "";
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw unexpected(file, lineAt(at), text.slice(at, at + 20));
    const [, word, mark] = found;
    if (word !== undefined) words.push({ text: unescaped(word), at });
    if (mark !== undefined) marks += mark;
    if (mark !== ";") continue;
    const [key, value] = words;
    const isWhole = (words.length === 2 && marks === "=;") || (words.length === 1 && marks === ";");
    if (!isWhole)
      throw unexpected(
        file,
        lineAt(at),
        words
          .map((each) => each.text)
          .join(" ")
          .slice(0, 20),
      );
    // A key alone stands for itself.
    texts.push({ key: key!.text, text: (value ?? key)!.text, line: lineAt(key!.at) });
    words = [];
    marks = "";
  }
  if (words.length > 0 || marks !== "") throw unexpected(file, lineAt(text.length), "the end of the file");
  return texts;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

function unescaped(word: string): string {
  if (!word.startsWith('"')) return word;
  return word.slice(1, -1).replace(/\\(?:[Uu]([\da-fA-F]{1,4})|([0-7]{1,3})|([\s\S]))/g, (_, hex, octal, character) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return CHARACTERS[character] ?? character;
  });
}

function refuseBinary({ head, path }: InputFile): void {
  if (!head.text.startsWith("bplist")) return;
  throw new DataError("This is a binary property list.", {
    where: path,
    nextStep: "Convert it first: plutil -convert xml1 FILE.",
  });
}

function unexpected({ path }: InputFile, line: number, what: string): DataError {
  return new DataError(`The file cannot be read: ${JSON.stringify(what)} stands where no "key" = "text"; can.`, {
    where: placeOf(path, line),
    nextStep: "Mend the file there, or export it again.",
  });
}
