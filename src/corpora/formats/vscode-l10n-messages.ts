/**
 * Messages of VS Code's language packs. Every pack lists the same messages at the same index, and the pseudo-locale
 * qps-ploc holds the English text with some letters exchanged one to one, so English is recovered from it.
 */
import { DataError } from "../../base/errors.ts";
import { widthRatio } from "../../data/cleaning/text-width.ts";

/** A message of one pack: its key is the same in every pack. */
export type Messages = Map<string, string>;

const PSEUDO = "£§µÆÇËÏÐÑØÜÝßæçëïðñøþÿ";
const ENGLISH = "LSuACEIDNOUYBaceidnoby";
const ENGLISH_OF_PSEUDO = new Map([...PSEUDO].map((letter, i) => [letter, ENGLISH[i]!]));

/** English behind a pseudo-locale text. */
export function fromPseudoLocale(text: string): string {
  return text.replace(/[£§µÆÇËÏÐÑØÜÝßæçëïðñøþÿ]/g, (letter) => ENGLISH_OF_PSEUDO.get(letter)!);
}

/** Reads every message of an unpacked language pack. Keys are the index in the main list, or file, section and key. */
export function readPack(files: ReadonlyMap<string, Uint8Array>, name: string): Messages {
  const messages: Messages = new Map();
  const main = files.get("package/translations/main.i18n.json.js");
  if (main === undefined) throw malformed(name, "it has no translations/main.i18n.json.js");
  for (const [index, text] of readMainList(decode(main, `${name}: main.i18n.json.js`), name).entries()) {
    if (typeof text === "string") messages.set(String(index), text);
  }
  const prefix = "package/translations/extensions/";
  for (const path of [...files.keys()].filter((file) => file.startsWith(prefix) && file.endsWith(".json")).sort()) {
    for (const [key, text] of readExtension(files.get(path)!, `${name}: ${path}`)) {
      messages.set(`${path.slice(prefix.length)}\t${key}`, text);
    }
  }
  return messages;
}

/** The list in main.i18n.json.js: JSON but for bare `undefined` lines and the assignment around it. */
function readMainList(script: string, name: string): unknown[] {
  const list = script.slice(script.indexOf("["), script.lastIndexOf("]") + 1);
  const parsed = parse(list.replace(/^(\s*)undefined(,?\s*)$/gm, "$1null$2"), `${name}: main.i18n.json.js`);
  if (!Array.isArray(parsed)) throw malformed(name, "its main message list is not a list");
  return parsed;
}

function* readExtension(file: Uint8Array, name: string): Generator<[key: string, text: string]> {
  const parsed = parse(decode(file, name), name) as { contents?: Record<string, Record<string, unknown>> } | null;
  if (typeof parsed !== "object" || parsed === null) throw malformed(name, "it is no JSON object");
  const { contents } = parsed;
  for (const section of ["bundle", "package"]) {
    for (const [key, text] of Object.entries(contents?.[section] ?? {})) {
      if (typeof text === "string") yield [`${section}\t${key}`, text];
    }
  }
}

const HAS_MNEMONICS = /^(zh|ja|ko)/;

/** Pieces of a message that are one text each: lines are paired when both sides have as many. White space is collapsed. */
export function splitMessage(english: string, translation: string, language: string): [string, string][] {
  const sources = english.split("\n");
  const targets = translation.split("\n");
  const whole = sources.length !== targets.length;
  const lines: [string, string][] = whole ? [[english, translation]] : sources.map((line, i) => [line, targets[i]!]);
  return lines.map(([source, target]) => {
    const plain = withoutAmpersands(target);
    return [
      collapse(withoutAmpersands(source)),
      collapse(HAS_MNEMONICS.test(language) ? plain.replace(/\s*\([A-Z0-9]\)(?=\s*(\.\.\.|…)?\s*$)/i, "") : plain),
    ];
  });
}

/** Why a message pair does not serve as training text, or undefined where it does. */
export function unusable(english: string, translation: string): string | undefined {
  if (english === "" || translation === "") return "empty";
  if (english === translation) return "identical";
  if (wordCount(english) < 2) return "under two words";
  if (placeholders(english) !== placeholders(translation)) return "unequal placeholders";
  if (widthRatio(english, translation) > 4) return "length ratio";
  return undefined;
}

/** English words outside placeholders, code, links and icons. */
function wordCount(english: string): number {
  const prose = english
    .replace(/`[^`]*`/g, " ")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/\b[a-z]+:\/\/\S+/gi, " ")
    .replace(/\$\([^)]*\)/g, " ")
    .replace(/\{\d+\}/g, " ");
  return prose.match(/\p{L}[\p{L}\p{N}'’-]*/gu)?.length ?? 0;
}

function placeholders(text: string): string {
  return (text.match(/\{\d+\}/g) ?? []).sort().join();
}

function withoutAmpersands(text: string): string {
  return text.replaceAll("&&", "");
}

function collapse(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(where, "it is not UTF-8", cause);
  }
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw malformed(where, `it is not the JSON expected there (${(cause as Error).message})`, cause);
  }
}

function malformed(where: string, why: string, cause?: unknown): DataError {
  return new DataError(`The language pack cannot be read: ${why}.`, {
    where,
    nextStep: "Delete the package from the cache and fetch it again.",
    cause,
  });
}
