/** Source of truth: Qt's format of .ts files (Qt 6 documentation, "TS file format"); the pairs by hand. */
import { expect, it, test } from "vitest";
import { readItems } from "../read-items.ts";

const ts = (messages: string, languages = 'language="de_DE" sourcelanguage="en"') =>
  `<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" ${languages}><context><name>Window</name>\n${messages}\n</context></TS>`;
const message = (translation: string, attributes = "") =>
  `<message ${attributes}><location filename="a.cpp" line="1"/><source>One</source><oldsource>x</oldsource><comment>y</comment>${translation}</message>`;

test.each([
  ["a translation", message("<translation>Eins</translation>"), [4, "One", "Eins"]],
  ["none", message("<translation></translation>"), [4, "not translated"]],
  ["an unfinished one", message('<translation type="unfinished">Eins</translation>'), [4, "fuzzy or to be reviewed"]],
  ["an unfinished one that is empty", message('<translation type="unfinished"/>'), [4, "not translated"]],
  ["a vanished one", message('<translation type="vanished">Eins</translation>'), [4, "obsolete"]],
  ["an obsolete one", message('<translation type="obsolete">Eins</translation>'), [4, "obsolete"]],
  ["none at all", message(""), [4, "not translated"]],
  [
    "a plural",
    message("<translation><numerusform>a</numerusform><numerusform>b</numerusform></translation>", 'numerus="yes"'),
    [4, "One", "b"],
  ],
  [
    "variants",
    message(
      '<translation variants="yes"><lengthvariant>long</lengthvariant><lengthvariant>s</lengthvariant></translation>',
    ),
    [4, "One", "long"],
  ],
  [
    "bytes",
    message('<translation>a<byte value="x41"/>b<byte value="66"/><byte value="x"/></translation>'),
    [4, "One", "aAbB"],
  ],
  ["a bad character", message("<translation>a&#1;</translation>"), [4, "malformed"]],
])("%s", async (_, messages, expected) => {
  expect(await readItems("a.ts", ts(messages))).toEqual([expected]);
});

it("gives unfinished and obsolete ones where they are asked for", async () => {
  const types = ["unfinished", "vanished", "obsolete"].map((type) =>
    message(`<translation type="${type}">${type}</translation>`),
  );
  const items = await readItems("a.ts", ts(types.join("")), { fuzzy: true, obsolete: true });
  expect(items.map((item) => item.at(-1))).toEqual(["unfinished", "vanished", "obsolete"]);
});

it("goes by the languages that the file names", async () => {
  const messages = message("<translation>Eins</translation>");
  expect(await readItems("a.ts", ts(messages), { targetLanguage: "fr" })).toEqual([[4, "not in both languages"]]);
  expect(await readItems("a.ts", ts(messages, "language='de'"))).toEqual([[4, "One", "Eins"]]);
  expect(await readItems("a.ts", ts(messages), { sourceLanguage: "de", targetLanguage: "en" })).toEqual([
    [4, "Eins", "One"],
  ]);
});
