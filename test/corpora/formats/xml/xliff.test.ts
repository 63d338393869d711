/** Source of truth: XLIFF 1.2 and 2.0 (OASIS), and files as translation tools write them; the pairs by hand. */
import { describe, expect, it, test } from "vitest";
import { readItems } from "../read-items.ts";

const one = (units: string, file = 'source-language="en-US" target-language="de"') =>
  `<?xml version="1.0"?>\n<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a" ${file}><body>\n${units}\n</body></file></xliff>`;
const two = (units: string, languages = 'srcLang="en" trgLang="de-AT"') =>
  `<?xml version="1.0"?>\n<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" ${languages}><file id="f">\n${units}\n</file></xliff>`;
const unit = (target: string, attributes = "") =>
  `<trans-unit id="1" ${attributes}><source>One</source>${target}</trans-unit>`;
const segment = (target: string, attributes = "") =>
  `<unit id="1"><segment ${attributes}><source>One</source>${target}</segment></unit>`;
const pair = [3, "One", "Eins"];

describe("XLIFF 1.2", () => {
  test.each([
    ["a plain unit", unit("<target>Eins</target>"), pair],
    ["a final one", unit('<target state="final">Eins</target>'), pair],
    ["a state of a tool's own", unit('<target state="x-machine">Eins</target>'), pair],
    ["no target", unit(""), [3, "not translated"]],
    ["an empty target", unit("<target/>"), [3, "not translated"]],
    ["a target of tags alone", unit('<target> <x id="1"/></target>'), [3, "not translated"]],
    ["a new one", unit('<target state="new">One</target>'), [3, "not translated"]],
    ["one to be translated", unit('<target state="needs-translation">One</target>'), [3, "not translated"]],
    [
      "one to be reviewed",
      unit('<target state="needs-review-translation">Eins</target>'),
      [3, "fuzzy or to be reviewed"],
    ],
    ["one that stays", unit("<target>Eins</target>", 'translate="no"'), [3, "not to be translated"]],
    [
      "one in a group that stays",
      `<group translate="no">${unit("<target>Eins</target>")}</group>`,
      [3, "not to be translated"],
    ],
    ["one that doesn't", `<group translate="no">${unit("<target>Eins</target>", 'translate="yes"')}</group>`, pair],
    [
      "other translations beside it",
      unit("<target>Eins</target><alt-trans><source>Two</source><target>Zwei</target></alt-trans>"),
      pair,
    ],
    ["a note", unit("<target>Eins</target><note>a note</note>"), pair],
    ["a character that XML forbids", unit("<target>Eins&#2;</target>"), [3, "malformed"]],
  ])("%s", async (_, units, expected) => {
    expect(await readItems("a.xlf", one(units))).toEqual([expected]);
  });

  it("gives what is to be reviewed, or approved translations alone, where it is asked for", async () => {
    const units = [
      unit('<target state="needs-review-translation">1</target>'),
      unit('<target state="new">2</target>'),
      unit("<target>3</target>", 'approved="yes"'),
      unit('<target state="signed-off">4</target>'),
      unit('<target state="translated">5</target>', 'approved="no"'),
    ].join("\n");
    const texts = async (options: object) => (await readItems("a.xlf", one(units), options)).map((item) => item.at(-1));
    expect(await texts({ fuzzy: true })).toEqual(["1", "not translated", "3", "4", "5"]);
    expect(await texts({ approved: true })).toEqual([
      "fuzzy or to be reviewed",
      "not translated",
      "3",
      "4",
      "not approved",
    ]);
  });

  it("has inline elements: codes are no text, what is marked is", async () => {
    const text = unit(
      `<target>Die <mrk mtype="protected">Acme</mrk>-<g id="1">große</g> <ph id="2">%s</ph> Datei<x id="3" ctype="lb"/>hier</target>`,
    ).replace(
      "One",
      `The <g id="1" ctype="bold">big</g> <bpt id="4" rid="9">&lt;b&gt;</bpt><mrk mtype="protected">Acme</mrk><ept id="5" rid="9">&lt;/b&gt;</ept> <ph id="2">%s</ph> file<x id="3" ctype="lb"/>here`,
    );
    expect(await readItems("a.xlf", one(text))).toEqual([[3, "The big Acme file here", "Die Acme-große Datei hier"]]);
    expect(await readItems("a.xlf", one(text), { tags: "keep" })).toEqual([
      [3, "The <1>big</1> <2><3/></2> <4/> file<5/>here", "Die <3/>-<1>große</1> <4/> Datei<5/>hier"],
    ]);
    expect(await readItems("a.xlf", one(text), { tags: "skip" })).toEqual([[3, "inline tags"]]);
  });

  it("has segments, which are paired by their numbers", async () => {
    const cut = (...texts: string[]) => texts.map((text, i) => `<mrk mtype="seg" mid="${i}">${text}</mrk>`).join(" ");
    const text = `<trans-unit id="1"><source>A. B. C.</source><seg-source><g id="1">${cut("A.", "B.", "C.")}</g></seg-source>
      <target><g id="1"><mrk mtype="seg" mid="1">b.</mrk> <mrk mtype="seg" mid="0">a.</mrk></g></target></trans-unit>`;
    expect(await readItems("a.xlf", one(text))).toEqual([
      [3, "A.", "a."],
      [3, "B.", "b."],
      [3, "not translated"],
    ]);
    const whole = text.replaceAll(/<mrk mtype="seg" mid="[01]">([ab].)<\/mrk>/g, "$1");
    expect(await readItems("a.xlf", one(whole))).toEqual([[3, "A. B. C.", "b. a."]]);
  });

  it("goes by the languages that the file names", async () => {
    const units = unit("<target>Eins</target>");
    expect(await readItems("a.xlf", one(units), { targetLanguage: "fr" })).toEqual([[3, "not in both languages"]]);
    expect(await readItems("a.xlf", one(units), { sourceLanguage: "de", targetLanguage: "en" })).toEqual([
      [3, "Eins", "One"],
    ]);
    expect(await readItems("a.xlf", one(units, 'source-language="en"'), { targetLanguage: "fr" })).toEqual([pair]);
  });
});

describe("XLIFF 2.0", () => {
  test.each([
    ["a plain segment", segment("<target>Eins</target>"), pair],
    ["a final one", segment("<target>Eins</target>", 'state="final"'), pair],
    ["one at the beginning", segment("<target>Eins</target>", 'state="initial"'), [3, "not translated"]],
    ["no target", segment(""), [3, "not translated"]],
    [
      "a unit that stays",
      segment("<target>Eins</target>").replace("<unit ", '<unit translate="no" '),
      [3, "not to be translated"],
    ],
    [
      "a group that stays",
      `<group id="g" translate="no">${segment("<target>Eins</target>")}</group>`,
      [3, "not to be translated"],
    ],
    [
      "data of codes",
      segment("<target>Eins</target>").replace(
        "<segment",
        '<originalData><data id="d">no</data></originalData><segment',
      ),
      pair,
    ],
  ])("%s", async (_, units, expected) => {
    expect(await readItems("a.xlf", two(units))).toEqual([expected]);
  });

  it("has several segments a unit, and what stands between them is none", async () => {
    const text = `<unit id="u">
<segment><source>A. </source><target>a. </target></segment>
<ignorable><source> </source><target> </target></ignorable>
<segment state="reviewed"><source>B.</source><target>b.</target></segment>
<segment><source>C.</source></segment></unit>`;
    expect(await readItems("a.xlf", two(text))).toEqual([
      [4, "A. ", "a. "],
      [6, "B.", "b."],
      [7, "not translated"],
    ]);
    expect(
      (await readItems("a.xlf", two(text), { approved: true })).map(([line, ...rest]) => [line, rest.length]),
    ).toEqual([
      [4, 1],
      [6, 2],
      [7, 1],
    ]);
  });

  it("has inline elements", async () => {
    const text = segment(
      `<target><ph id="3" subType="xlf:lb"/>Der <pc id="1">Satz</pc> <sc id="2"/>von<ec startRef="2"/> <mrk id="m" translate="no">Acme</mrk></target>`,
    ).replace(
      "One",
      `The <pc id="1">sentence</pc> <sc id="2"/>of<ec startRef="2"/> <mrk id="m" translate="no">Acme</mrk><ph id="3"/>`,
    );
    expect(await readItems("a.xlf", two(text))).toEqual([[3, "The sentence of Acme", "Der Satz von Acme"]]);
    expect(await readItems("a.xlf", two(text), { tags: "keep" })).toEqual([
      [3, "The <1>sentence</1> <2>of</2> <3/><4/>", "<4/>Der <1>Satz</1> <2>von</2> <3/>"],
    ]);
  });

  it("goes by the languages that the file names", async () => {
    const units = segment("<target>Eins</target>");
    expect(await readItems("a.xlf", two(units), { targetLanguage: "fr" })).toEqual([[3, "not in both languages"]]);
    expect(await readItems("a.xlf", two(units, 'srcLang="en"'))).toEqual([pair]);
  });
});

test("elements may have a prefix", async () => {
  const text = `<x:xliff version="1.2" xmlns:x="urn:oasis:names:tc:xliff:document:1.2"><x:file source-language="en"><x:body>
<x:trans-unit id="1"><x:source>One <x:g id="1">more</x:g></x:source><x:target>Eins <x:g id="1">mehr</x:g></x:target></x:trans-unit></x:body></x:file></x:xliff>`;
  expect(await readItems("a.xlf", text)).toEqual([[2, "One more", "Eins mehr"]]);
});
