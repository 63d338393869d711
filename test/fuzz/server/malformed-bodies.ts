/** Bodies that no interface may take, in requests that are in order otherwise. */
import type { Random } from "../../../src/base/random.ts";
import { damage } from "../mutations.ts";
import { choice, FORM_TYPE, framed, JSON_TYPE, type MalformedRequest } from "./malformed-request.ts";

/** What each of the interfaces is asked, where nothing is wrong. */
const GOOD = {
  "/translate": { q: "abc def", source: "en", target: "de", format: "text", alternatives: 1 },
  "/detect": { q: "abc def" },
  "/v2/translate": { text: ["abc def"], source_lang: "EN", target_lang: "DE", split_sentences: "1" },
  "/v2/glossaries": { name: "abc def", source_lang: "en", target_lang: "de", entries: "abc\tdef" },
  "/v3/glossaries": {
    name: "abc def",
    dictionaries: [{ source_lang: "en", target_lang: "de", entries: "abc\tdef", entries_format: "tsv" }],
  },
  "/nmt/translate": {
    ...{ text: "abc def", source: "en", target: "de", alternatives: 2, glossaries: [] },
    ...{ terms: [{ source: "abc", target: "def" }], keep: ["def"] },
  },
  "/nmt/words": { text: "abc def", source: "en", target: "de", before: "" },
} as const;
type Path = keyof typeof GOOD;
const PATHS = Object.keys(GOOD) as Path[];

/** Values that the parameter of no interface may have, as JSON: of texts, of languages, of numbers. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  text: ["5", "null", "{}", "[5]", "[[]]", '[["abc"]]', "true", '{"a":"b"}', "1e999", "-0", '[null, "abc"]', "[]"],
  language: ["5", "[]", "{}", '"xx"', '""', '"../../etc"', '"\\u0000"', '"en\\u0000"', '"__proto__"', '"constructor"'],
  // An empty one has the language detected.
  "language or none": [
    "5",
    "[]",
    "{}",
    '"xx"',
    '"../../etc"',
    '"\\u0000"',
    '"en\\u0000"',
    '"__proto__"',
    '"constructor"',
  ],
  terms: ["5", '"abc"', "{}", "[5]", "[null]", "[[]]", "[{}]", '[{"source":"abc"}]', '[{"source":5,"target":"def"}]'],
  texts: ["5", '"abc"', "{}", "[5]", "[null]", "[[]]", "[{}]", "true"],
  glossaries: ["5", '"abc"', "{}", "[5]", "[[]]", '["abc"]', '["../../etc"]', '["__proto__"]'],
  number: ["-1", "0.5", "1e308", "1e999", "99999999999999999999", '"x"', "[]", "{}", "true", '"-1"', '"1e3"'],
};
/** Which parameters must be what. */
const KINDS: Readonly<Record<Path, Readonly<Record<string, keyof typeof WRONG>>>> = {
  "/translate": { q: "text", source: "language", target: "language", alternatives: "number" },
  "/detect": { q: "text" },
  "/v2/translate": { target_lang: "language", source_lang: "language or none" },
  "/v2/glossaries": { name: "text", source_lang: "language", target_lang: "language", entries: "text" },
  "/v3/glossaries": { name: "text", dictionaries: "text" },
  "/nmt/translate": {
    ...{ source: "language", target: "language", alternatives: "number" },
    ...{ glossaries: "glossaries", terms: "terms", keep: "texts" },
  },
  "/nmt/words": { source: "language", target: "language" },
};
const OPTIONAL = new Set(["alternatives", "source_lang", "glossaries", "terms", "keep"]);
const BROKEN_UTF8 = ["80", "c0af", "e28f", "f8888080", "eda080", "f4908080", "ff", "c3", "e282", "fe"];
const MOST_DEPTH = 40_000;

/** JSON with a value put in as it is written. */
function json(fields: Readonly<Record<string, unknown>>, raw: Readonly<Record<string, string>> = {}): string {
  const written = Object.entries({ ...fields, ...raw }).map(([name, value]) => {
    return `${JSON.stringify(name)}:${name in raw ? raw[name] : JSON.stringify(value)}`;
  });
  return `{${written.join(",")}}`;
}

function post(what: string, path: string, body: Uint8Array | string, type = JSON_TYPE): MalformedRequest {
  return framed(`${path}: ${what}`, { path, headers: [type], body });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** By name, each made of random numbers. */
export const BODIES: Readonly<Record<string, (random: Random) => MalformedRequest>> = {
  "damaged JSON": (random) => {
    const path = choice(random, PATHS);
    let bytes = Buffer.from(json(GOOD[path]));
    const ways: string[] = [];
    while (isObject(bytes.toString())) {
      const damaged = damage(bytes, random, Buffer.from(json(GOOD[choice(random, PATHS)])), true);
      bytes = Buffer.from(damaged.bytes);
      ways.push(...damaged.ways);
    }
    return post(`JSON damaged by ${ways.join(", ")}`, path, bytes.subarray(0, 90_000));
  },
  "a wrong value": (random) => {
    const path = choice(random, PATHS);
    const name = choice(random, Object.keys(KINDS[path]));
    const value = choice(random, WRONG[KINDS[path][name]!]!);
    return post(`${name} is ${value}`, path, json(GOOD[path], { [name]: value }));
  },
  "a missing parameter": (random) => {
    const path = choice(random, PATHS);
    const needed = Object.keys(KINDS[path]).filter((name) => !OPTIONAL.has(name));
    const name = choice(random, needed);
    const rest = Object.fromEntries(Object.entries(GOOD[path]).filter(([other]) => other !== name));
    return post(`without ${name}`, path, json(rest));
  },
  "deep nesting": (random) => {
    const path = choice(random, ["/translate", "/detect"] as const);
    const [open, close] = choice(random, [["[", "]"] as const, ['{"a":', "}"] as const]);
    const depth = 1 + random.integer(open === "[" ? MOST_DEPTH : MOST_DEPTH / 4);
    const value = `${open.repeat(depth)}1${close.repeat(depth)}`;
    return post(`nested ${depth} times`, path, json(GOOD[path], { q: value }));
  },
  "broken UTF-8": (random) => {
    const path = choice(random, PATHS);
    const bytes = Buffer.from(json(GOOD[path]));
    const at = bytes.indexOf("abc") + random.integer(4);
    const put = Buffer.from(choice(random, BROKEN_UTF8), "hex");
    return post("broken UTF-8", path, Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at)]));
  },
  "broken UTF-8 in a form": (random) => {
    const digits = choice(random, BROKEN_UTF8);
    const percent = digits.replace(/../g, "%$&");
    const put = random.integer(2) === 0 ? Buffer.from(percent) : Buffer.from(digits, "hex");
    const body = Buffer.concat([Buffer.from("q=abc"), put, Buffer.from("def&source=en&target=de")]);
    return post("a form with broken UTF-8", "/translate", body, FORM_TYPE);
  },
  "a form without its parameters": (random) => {
    const fields = { q: "abc", source: "en", target: "de" };
    const name = choice(random, Object.keys(fields));
    const kept = Object.entries(fields).filter(([other]) => other !== name);
    const junk = Array.from({ length: random.integer(50) }, () => random.integer(2 ** 31).toString(36)).join("&");
    return post(`a form without ${name}`, "/translate", `${new URLSearchParams(kept)}&${junk}`, FORM_TYPE);
  },
  "a wrong content type": (random) => {
    const path = choice(random, PATHS);
    const type = choice(random, [
      "multipart/form-data",
      "multipart/form-data; boundary=",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=\"a'",
      `multipart/form-data; boundary=${"b".repeat(300)}`,
    ]);
    return post(`JSON as ${type.slice(0, 60)}`, path, json(GOOD[path]), `Content-Type: ${type}`);
  },
  "bytes of anything": (random) => {
    const bytes = Uint8Array.from({ length: 1 + random.integer(3000) }, () => random.integer(256));
    // No text of UTF-8, whatever the type.
    bytes[0] = 0xff;
    const type = choice(random, ["application/octet-stream", "application/json", "text/plain", "image/png", "a", "/"]);
    return post(`random bytes as ${type}`, choice(random, PATHS), bytes, `Content-Type: ${type}`);
  },
  "too much": (random) => {
    const path = choice(random, ["/translate", "/v2/translate"] as const);
    const name = path === "/translate" ? "q" : "text";
    const long = "abc ".repeat(700);
    const many = Array.from({ length: 60 + random.integer(1000) }, () => "a");
    const values = { "a long text": [long], "many texts": many, "a large body": ["a".repeat(120_000)] };
    const what = choice(random, Object.keys(values) as (keyof typeof values)[]);
    return post(what, path, json({ ...GOOD[path], [name]: values[what] }));
  },
  "a damaged form of parts": (random) => {
    const path = choice(random, ["/translate_file", "/v2/document", "/translate"]);
    const ending = choice(random, ["txt", "exe", "", "docx.zip", "html"]);
    const line = (name: string, value: string) =>
      `--xyz\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file = `--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.${ending}"\r\nContent-Type: text/plain\r\n\r\nabc\r\n`;
    const fields = `${line("source", "en")}${line("target", "de")}${line("target_lang", "DE")}`;
    const good = `${fields}${file}--xyz--\r\n`;
    const bodies = {
      "cut short": good.slice(0, random.integer(good.length - 6)),
      "of another boundary": good.replaceAll("--xyz", "--abc"),
      "without a file": `${fields}--xyz--\r\n`,
      "with a text as file": `${fields}${line("file", "abc")}--xyz--\r\n`,
      "without names": good.replaceAll(/name="[^"]*"/g, "name"),
      "without line ends": good.replaceAll("\r\n", "\n"),
      "with an ending that is none": good.replace(/a\.\w*"/, 'a.xyz"'),
      "with a nameless header": good.replaceAll("Content-Disposition", ""),
    };
    const what = choice(random, Object.keys(bodies) as (keyof typeof bodies)[]);
    const boundary = what === "of another boundary" && random.integer(2) === 0 ? "" : "; boundary=xyz";
    const type = `Content-Type: multipart/form-data${boundary}`;
    return post(`a form of parts ${what}`, path, bodies[what], type);
  },
};
