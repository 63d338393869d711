/** A file of each format, with what such files have in practice; all are written by hand for the tests. */

import { mo } from "../archives/zip-archive.ts";
import { parquetTranslations } from "./tables/parquet-file.ts";

export interface SampleFile {
  /** Of the importer. */
  format: string;
  name: string;
  content: string | Uint8Array;
  /** Of formats of two files. */
  translated?: { name: string; content: string | Uint8Array };
  /** Files that it names. */
  beside?: Record<string, string>;
}

const TMX = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd" [<!ENTITY brand "Fire &amp; &#x46;ox">]>
<!-- exported -->
<tmx version="1.4">
  <header srclang="en-US" segtype="sentence" datatype="plaintext" o-tmf="x" adminlang="en" creationtool="t" creationtoolversion="1">
    <prop type="x-project">A project</prop>
  </header>
  <body>
    <tu tuid="a" creationdate="20200101T000000Z">
      <note>not a text</note>
      <tuv xml:lang="EN"><seg>A <hi type="bold">marked</hi> word<ph x="1">{0}</ph>&brand;</seg></tuv>
      <tuv xml:lang="de-DE"><prop type="p">v</prop><seg>Ein <hi type="bold">markiertes</hi> Wort<ph x="1">{0}</ph>&brand;</seg></tuv>
      <tuv xml:lang="de-AT"><seg><![CDATA[Ein <markiertes> Wort]]></seg></tuv>
    </tu>
    <tu>
      <tuv xml:lang="fr"><seg>Un</seg></tuv>
      <tuv lang="en-GB"><seg>One <bpt i="1">&lt;a title="<sub>a page</sub>"&gt;</bpt>two<ept i="1">&lt;/a&gt;</ept></seg></tuv>
      <tuv lang="de"><seg>Eins <bpt i="1">&lt;a title="<sub>eine Seite</sub>"&gt;</bpt>zwei<ept i="1">&lt;/a&gt;</ept></seg></tuv>
    </tu>
    <tu><tuv xml:lang="en"><seg>  Spaces
      and lines é 漢字 😀 </seg></tuv><tuv xml:lang="de"><seg>Leerzeichen</seg></tuv></tu>
    <tu><tuv xml:lang="en"><seg>only one</seg></tuv></tu>
    <tu><tuv xml:lang="en"><seg>bad &#x1f;</seg></tuv><tuv xml:lang="de"><seg/></tuv></tu>
  </body>
</tmx>
`;

const XLIFF1 = `<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file original="a.txt" source-language="en" target-language="de-DE" datatype="plaintext">
    <header><note>no text</note></header>
    <body>
      <trans-unit id="1"><source>A <g id="1">big <x id="2"/></g> &amp; &lt;b&gt;</source><target>Ein <g id="1">große <x id="2"/></g></target></trans-unit>
      <trans-unit id="2"><source>New</source><target state="needs-translation">New</target></trans-unit>
      <trans-unit id="3"><source>Fuzzy</source><target state="needs-review-l10n">Unklar</target></trans-unit>
      <trans-unit id="4" translate="no"><source>Acme</source></trans-unit>
      <group><trans-unit id="5" approved="yes"><source>A. B.</source>
        <seg-source><mrk mtype="seg" mid="0">A.</mrk> <mrk mtype="seg" mid="1">B.</mrk></seg-source>
        <target state="final"><mrk mtype="seg" mid="1">b.</mrk> <mrk mtype="seg" mid="0">a.</mrk></target>
        <alt-trans><source>A.</source><target>x</target></alt-trans></trans-unit></group>
      <trans-unit id="6"><source><bpt id="1">&lt;i&gt;<sub>note</sub></bpt>x<ept id="1"/></source><target><bpt id="1">&lt;i&gt;<sub>Notiz</sub></bpt>y<ept id="1"/></target></trans-unit>
    </body>
  </file>
</xliff>
`;

const XLIFF2 = `<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de">
  <file id="f1">
    <unit id="u1">
      <originalData><data id="d1">&lt;b></data></originalData>
      <segment id="s1" state="translated"><source>First <pc id="1">one</pc>.</source><target>Erster <pc id="1">Satz</pc>.</target></segment>
      <ignorable><source> </source><target> </target></ignorable>
      <segment><source>Second <mrk id="m" translate="no">Acme</mrk> <ph id="2"/></source><target><ph id="2"/> zweite</target></segment>
      <segment state="initial"><source>Third</source><target>x</target></segment>
    </unit>
    <group id="g" translate="no"><unit id="u2"><segment><source>No</source></segment></unit></group>
    <unit id="u3"><segment><source>a <sc id="1"/>b<ec startRef="1"/></source><target>c <sc id="1"/>d<ec startRef="1"/></target></segment></unit>
  </file>
</xliff>
`;

const PO = `# Translators
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#. extracted
#: src/a.c:1
msgid "Open file"
msgstr "Datei öffnen"

#, fuzzy, c-format
#| msgid "old"
msgid "%d lines"
msgstr "%d Linien"

msgctxt "menu"
msgid "Close"
msgstr "Schließen"

#, c-format
msgid "%d file"
msgid_plural "%d files"
msgstr[0] "%d Datei"
msgstr[1] "%d Dateien"

msgid ""
"Several lines,\\n"
"with \\"quotes\\" and a \\\\ and \\303\\251\\x41.\\n"
msgstr "Mehrere"

msgid "not translated"
msgstr ""

#~ msgid "obsolete"
#~ msgstr "veraltet"
`;

const MO = mo(
  [
    ["Open", "Öffnen"],
    ["menu\u0004Close", "Schließen"],
    ["file\0files", "Datei\0Dateien"],
    ["untranslated", ""],
  ],
  "LE",
  "Language: de\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
);

const QT = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>Window</name>
    <message><location filename="a.cpp" line="1"/><source>&amp;Open<byte value="x1b"/></source><translation>&amp;Öffnen</translation></message>
    <message numerus="yes"><source>%n file(s)</source><translation><numerusform>%n Datei</numerusform><numerusform>%n Dateien</numerusform></translation></message>
    <message><source>Unsure</source><translation type="unfinished">Unsicher</translation></message>
    <message><source>Gone</source><translation type="vanished">Weg</translation></message>
    <message id="x"><source>Long</source><translation variants="yes"><lengthvariant>Lang</lengthvariant><lengthvariant>L</lengthvariant></translation></message>
</context>
</TS>
`;

const CSV = `id,en,de
1,"One, two","Eins, ""zwei"""
2,"Line
break",x "y" z

3,Three
4,Four,Vier,more
5,"quoted" and more,é 漢字
`;

const TSV = `One\tEins\nTwo\t"Zwei\n\nThree\nFour "4"\tVier\t0.5\n`;

const JSONL = `{"id": 1, "en": "One \\u00e9 \\ud83d\\ude00", "de": "Eins"}
{"translation": {"de": "Zwei", "en": "Two", "fr": "Deux"}}
{"source": "Three\\nlines", "target": "Drei"}

{"en": "Four"}
{"en": "Five", "de": 5}
[1, 2]
`;

const android = (texts: readonly string[]) => `<?xml version="1.0" encoding="utf-8"?>
<!-- a licence -->
<!DOCTYPE resources [<!ENTITY brand "Acme">]>
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">
    <string name="a">${texts[0]} &brand; <b>x</b> <xliff:g id="n" example="3">%1$d</xliff:g></string>
    <string name="b" translatable="false">no</string>
    <string name="c">"  ${texts[1]}  " \\u00e9\\n\\'</string>
    <plurals name="d"><item quantity="one">${texts[2]}</item><item quantity="other">%d ${texts[3]}</item></plurals>
    <string-array name="e"><item>${texts[4]}</item><item><![CDATA[a <i>b</i>]]></item></string-array>
</resources>
`;

const strings = (texts: readonly string[]) => `/* A comment; "x" = "y"; */
"Hello, %@!" = "${texts[0]}, %@!"; // another
key.two="${texts[1]} \\"quoted\\" \\U00e9\\n";
"alone";
"${texts[2]} only here" = "${texts[2]}";
"last" = "${texts[3]}";
`;

const stringsDict = (texts: readonly string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>%d files</key>
  <dict>
    <key>NSStringLocalizedFormatKey</key><string>${texts[0]}: %#@files@</string>
    <key>files</key>
    <dict>
      <key>NSStringFormatSpecTypeKey</key><string>NSStringPluralRuleType</string>
      <key>NSStringFormatValueTypeKey</key><string>d</string>
      <key>one</key><string>${texts[2]}</string>
      <key>other</key><string>%d ${texts[3]}</string>
    </dict>
  </dict>
  <key>plain</key><string>${texts[1]}</string>
</dict></plist>
`;

const XCSTRINGS = JSON.stringify(
  {
    sourceLanguage: "en",
    strings: {
      One: { localizations: { de: { stringUnit: { state: "translated", value: "Eins" } } } },
      "key.two": {
        localizations: {
          en: { stringUnit: { state: "translated", value: "Two" } },
          "de-AT": { stringUnit: { state: "needs_review", value: "Zwei" } },
        },
      },
      "%d files": {
        localizations: {
          de: {
            variations: {
              plural: {
                one: { stringUnit: { state: "translated", value: "%d Datei" } },
                other: { stringUnit: { state: "translated", value: "%d Dateien" } },
              },
            },
          },
        },
      },
      Acme: { shouldTranslate: false },
      Old: { extractionState: "stale", localizations: { de: { stringUnit: { state: "new", value: "" } } } },
    },
    version: "1.0",
  },
  null,
  2,
);

const properties = (texts: readonly string[]) => `# comment
! another
a = ${texts[0]}, \\u00e9t\\u00e9
long.text=${texts[1]} \\
    two
key\\ with\\ space:${texts[2]}\\twith tab
empty=
a.b ${texts[3]}
`;

const fluent = (texts: readonly string[]) => `### Resource
-brand = Acme
hello = ${texts[0]}, { $user } { -brand }
    .title = ${texts[1]}
# about files
files = { $n ->
    [one] ${texts[2]}
   *[other] { $n } ${texts[3]}
} { "{" }
this is junk
last =
    ${texts[4]}
    and more
`;

const XCES = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE cesAlign PUBLIC "-//CES//DTD XML cesAlign//EN" "">
<cesAlign version="1.0">
<linkGrp targType="s" fromDoc="de/a.xml.gz" toDoc="en/a.xml.gz">
<link id="SL0" xtargets="1;1"/>
<link id="SL1" xtargets="2 3;2"/>
<link id="SL2" xtargets=";3"/>
<link id="SL3" xtargets="4;4"/>
</linkGrp></cesAlign>
`;
const sentences = (...texts: string[]) =>
  `<?xml version="1.0"?>\n<text>${texts.map((text, i) => `<s id="${i + 1}">${text}</s>`).join("\n")}</text>`;

const EN = ["Hello", "Two", "a file", "files", "Five"];
const DE = ["Hallo", "Zwei", "eine Datei", "Dateien", "Fünf"];

function two(format: string, name: string, content: (texts: readonly string[]) => string): SampleFile {
  return { format, name, content: content(EN), translated: { name: `de-${name}`, content: content(DE) } };
}

export const SAMPLES: readonly SampleFile[] = [
  {
    format: "parquet",
    name: "pairs.parquet",
    content: parquetTranslations([
      { en: "A dog", de: "Ein Hund" },
      { en: "Two\nlines", de: "Zwei\nZeilen" },
      { en: "Nothing", de: null },
      { en: "ä 狗 😀", de: "ö" },
      { en: "Last", de: "Letzter" },
    ]),
  },
  { format: "tmx", name: "a.tmx", content: TMX },
  { format: "xliff", name: "one.xlf", content: XLIFF1 },
  { format: "xliff", name: "two.xliff", content: XLIFF2 },
  { format: "po", name: "a.po", content: PO },
  { format: "mo", name: "a.mo", content: MO },
  { format: "qt", name: "a.ts", content: QT },
  { format: "csv", name: "a.csv", content: CSV },
  { format: "tsv", name: "a.tsv", content: TSV },
  { format: "jsonl", name: "a.jsonl", content: JSONL },
  { format: "xcstrings", name: "a.xcstrings", content: XCSTRINGS },
  {
    format: "xces",
    name: "de-en.xml",
    content: XCES,
    beside: {
      "de/a.xml": sentences("Eins.", "Zwei,", "und drei.", "Vier."),
      "en/a.xml": sentences("One.", "Two and three.", "None.", '<w id="4.1">Four</w><w id="4.2">.</w>'),
    },
  },
  two("android", "strings.xml", android),
  two("strings", "a.strings", strings),
  two("stringsdict", "a.stringsdict", stringsDict),
  two("properties", "a.properties", properties),
  two("fluent", "a.ftl", fluent),
];
