// Documents of every format for the tests, with what such files have in practice; all are written by hand for them.
import { deflateRawSync } from "node:zlib";
import { zip } from "../corpora/archives/zip-archive.ts";

const TXT = "First line.\n\n  Second, with spaces around.  \nDritte Zeile: ä, 漢字, 😀\n\tlast without a line break";

const MD = `---
title: Not a text
---
# A heading with *emphasis* #

A paragraph with **bold**, _italic_ and \`code()\` that
goes on in a second line, with a [link](https://example.org/a_b "Title") and ![a picture](p.png).
It has a hard break  
and an escaped \\* star, 5 * 3 and snake_case.

> A quotation
> in two lines.

- An item
  continued
- [ ] A task &amp; more
1. First
   1. Nested

\`\`\`js
const code = "stays";
\`\`\`

    indented code

| Name | What it is |
|------|:----------:|
| one  | the \`a|b\` **first** |

<div>
html stays
</div>

A line with <b>HTML</b> and <https://example.org>.

[ref]: https://example.org "stays"

Setext heading
==============
`;

const HTML = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>A page &amp; its title</title>
<style>p { color: red }</style><script>if (a < b) document.write("<p>no</p>");</script></head>
<body>
<!-- a comment -->
<h1>Welcome</h1>
<p>Some <b>bold <i>and italic</i></b> text with a <a href="x.html" title="Go there">link</a>, an <img src=a.png alt="A picture"> and
   a line break in the source.<br>Next line.
<p translate="no">Stays as it is
<p>Unclosed paragraph &lt;1&gt; &eacute;t&eacute;
<ul><li>One<li class=notranslate>Brand<li>Two <code>x = 1</code> <span translate="no">Acme</span>!</ul>
<pre>keep
  this   space</pre>
<input placeholder=Name title='It&#39;s'><textarea>
 in a box </textarea>
<p><b>All of it</b></p><p>mis<b>nested <i>tags</b> here</i></p>
</body></html>
`;

const SRT = `1
00:00:01,000 --> 00:00:04,000
This is a subtitle that is
broken into two lines.

2
00:00:05,000 --> 00:00:06,500
- Who <i>is</i> there?
- {\\an8}Nobody.

3
00:00:07,000 --> 00:00:08,000
5 < 6
`;

const VTT = `WEBVTT - a title

STYLE
::cue { color: red }

NOTE not read by anyone

intro
00:01.000 --> 00:04.000 align:start
<v Ada>Tom &amp; <i>Jerry</i></v>
at home <00:03.000>now

00:05.000 --> 00:06.000
Last one
`;

const PO = `# Translators
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

#. extracted
#: src/a.c:1
msgid "Open file"
msgstr ""

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
msgstr[0] ""
msgstr[1] ""

msgid ""
"Several lines,\\n"
"with \\"quotes\\" and a \\\\ and a tab\\t.\\n"
msgstr ""
#~ msgid "obsolete"
#~ msgstr "veraltet"
`;

const XLIFF1 = `<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
  <file original="a.txt" source-language="en" target-language="de" datatype="plaintext">
    <body>
      <trans-unit id="1">
        <source>Hello <g id="1" ctype="bold">big <x id="2"/></g> &amp; small &lt;world&gt;</source>
      </trans-unit>
      <trans-unit id="2">
        <source>Has one</source>
        <target state="needs-translation">Has one</target>
        <note>a note</note>
      </trans-unit>
      <trans-unit id="3" approved="yes"><source><x id="1"/> files</source><target state="final"><x id="1"/> Dateien</target></trans-unit>
      <trans-unit id="4" translate="no"><source>Acme</source></trans-unit>
      <group translate="no"><trans-unit id="5" translate="yes"><source>Yes <ph id="1">&lt;br&gt;</ph></source><target/></trans-unit></group>
      <trans-unit id="6"><source><![CDATA[a < b]]></source></trans-unit>
    </body>
  </file>
</xliff>
`;

const XLIFF2 = `<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de">
  <file id="f1">
    <unit id="u1">
      <originalData><data id="d1">&lt;b></data></originalData>
      <segment id="s1" state="initial">
        <source>First <pc id="1">sentence</pc>.</source>
      </segment>
      <ignorable><source> </source></ignorable>
      <segment state="final">
        <source>Second <mrk id="m" translate="no">Acme</mrk> <ph id="2"/></source>
        <target>Zweite <mrk id="m" translate="no">Acme</mrk> <ph id="2"/></target>
      </segment>
    </unit>
    <unit id="u2" translate="no"><segment><source>No</source></segment></unit>
  </file>
</xliff>
`;

const TMX = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
  <header srclang="en-US" segtype="sentence" datatype="plaintext" o-tmf="x" adminlang="en" creationtool="t" creationtoolversion="1"/>
  <body>
    <tu tuid="a">
      <tuv xml:lang="EN"><seg>A <hi>marked</hi> word<ph x="1"/></seg></tuv>
      <tuv xml:lang="de-DE"><seg>Ein <hi>markiertes</hi> Wort<ph x="1"/></seg></tuv>
    </tu>
    <tu>
      <tuv xml:lang="fr"><seg>Un</seg></tuv>
      <tuv lang="en-GB"><seg>One <bpt i="1">&lt;b&gt;</bpt>two<ept i="1">&lt;/b&gt;</ept></seg></tuv>
    </tu>
  </body>
</tmx>
`;

const JSON_STRINGS = `{
  "title" : "Hello \\"you\\"",
  "nested": { "list": ["one", "two\\n", 3, true, null], "empty": "", "é": "caf\\u00e9 – ok" },
  "@title": { "description": "metadata of ARB" },
  "greet": { "message": "Hi {name}", "description": "Chrome's", "placeholders": { "name": { "content": "$1" } } }
}
`;

const PROPERTIES = `# comment
! another
greeting = Hello, \\u00e9t\\u00e9
long.text=one \\
    two \\
    three
key\\ with\\ space:value\\twith tab
empty=
novalue
path C:\\\\dir
`;

const document = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>A heading</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Some text with </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> words</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t xml:space="preserve">, a</w:t><w:tab/><w:t>tab &amp; a </w:t></w:r><w:hyperlink r:id="rId9"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>link</w:t></w:r></w:hyperlink><w:r><w:t>.</w:t></w:r></w:p>
<w:p><w:r><w:tab/><w:t xml:space="preserve"> Page </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> of it</w:t></w:r></w:p>
<w:p/><w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="2000"/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>Cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
<w:p><w:r><w:t xml:space="preserve">Around </w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>in a box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r><w:r><w:t xml:space="preserve"> a box</w:t></w:r></w:p>
<w:sectPr/></w:body></w:document>`;

const footnotes = `<?xml version="1.0"?><w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2"><w:p><w:r><w:t>A note</w:t></w:r></w:p></w:footnote></w:footnotes>`;

const DOCX_PARTS = {
  "[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
  "_rels/.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
  "word/document.xml": document,
  "word/footnotes.xml": footnotes,
  "word/media/image.bin": deflateRawSync("not a text").toString("latin1"),
};

export const DOCX = zip(DOCX_PARTS);

/** File name → text. */
export const TEXTS: Readonly<Record<string, string>> = {
  "a.txt": TXT,
  "a.md": MD,
  "a.html": HTML,
  "a.srt": SRT,
  "a.vtt": VTT,
  "a.po": PO,
  "one.xlf": XLIFF1,
  "two.xliff": XLIFF2,
  "a.tmx": TMX,
  "a.json": JSON_STRINGS,
  "a.properties": PROPERTIES,
};

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a byte order mark": (text) => Buffer.from(`\ufeff${text}`),
  "UTF-16, little-endian": (text) => utf16(text.replace('encoding="UTF-8"', 'encoding="UTF-16"')),
  "UTF-16, big-endian": (text) => utf16(text.replace('encoding="UTF-8"', 'encoding="UTF-16"')).swap16(),
  "CRLF line breaks": (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
};

/** File name, encoding, bytes. */
export const FILES: readonly (readonly [string, string, Uint8Array])[] = [
  ...Object.entries(TEXTS).flatMap(([name, text]) =>
    Object.entries(ENCODINGS).map(([encoding, encode]) => [name, encoding, encode(text)] as const),
  ),
  ["a.docx", "zip", DOCX],
];
