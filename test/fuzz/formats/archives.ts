/** Archives of recipes: tar, zip, Debian packages, and what is inside them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { archiveMembers, memberBytes, unpackMembers } from "../../../src/corpora/archives/archive-member.ts";
import { readTarGz } from "../../../src/corpora/archives/tar.ts";
import { readWholeText } from "../../../src/corpora/archives/whole-text.ts";
import { readCatalogue } from "../../../src/corpora/formats/gettext/mo.ts";
import { htmlParagraphs } from "../../../src/corpora/formats/html-paragraphs.ts";
import { readColumnOf, readSegments, readXmlTestSet } from "../../../src/corpora/formats/test-set-formats.ts";
import { tarGz } from "../../corpora/archives/archive.ts";
import { ar, mo, zip } from "../../corpora/archives/zip-archive.ts";
import { NASTY, sentences } from "../../text/sample-text.ts";
import { expectThat, type Format } from "../format.ts";

const text = sentences(120, 4).join("\n");
const FILES = { "a/train.en": text, "b.txt": "short\n", [`${"long/".repeat(30)}name.txt`]: text.slice(0, 2000) };
const wanted = "a/train.en";
const known = new Set(Object.values(FILES));

/** Reads every member, then unpacks one that is wanted. */
async function readArchive(path: string, folder: string, hasChecksums: boolean): Promise<void> {
  let bytes = 0;
  const altered: string[] = [];
  for await (const member of archiveMembers(path)) {
    const content = await memberBytes(member);
    bytes += content.length;
    if (member.path in FILES && !known.has(content.toString())) altered.push(member.path);
  }
  // A checksum at the end tells only when all has been read.
  expectThat(!hasChecksums || altered.length === 0, `${altered[0]} was altered, and no checksum told`);
  expectThat(bytes < 50_000_000, `a small archive gave ${bytes} bytes`);
  const places = await unpackMembers(path, [wanted], join(folder, "unpacked"));
  expectThat(places.size === 1, "nothing was unpacked");
}

const archive = (name: string, file: string, samples: Uint8Array[], hasChecksums = false): Format => ({
  name,
  samples: () => samples.map((bytes) => ({ files: { [file]: bytes } })),
  read: (folder) => readArchive(join(folder, file), folder, hasChecksums),
});

const packed = tarGz(FILES);

export const archives: readonly Format[] = [
  archive("tar", "a.tar", [gunzipSync(packed)]),
  {
    ...archive("tar.gz", "a.tar.gz", [packed]),
    read: async (folder) => {
      const path = join(folder, "a.tar.gz");
      await readArchive(path, folder, true);
      readTarGz(readFileSync(path), path);
    },
  },
  archive("zip", "a.zip", [zip(FILES), zip(FILES, true)], true),
  archive("deb", "a.deb", [ar({ "debian-binary": Buffer.from("2.0\n"), "data.tar.gz": packed })]),
  {
    name: "gettext",
    samples: () =>
      (["LE", "BE"] as const).map((order) => {
        const messages = sentences(40, 6).map((english, i): [string, string] => [english, NASTY[i % NASTY.length]!]);
        return { files: { "a.mo": mo([...messages, ["one\0many", "eins\0viele"]], order) } };
      }),
    read: (folder) => {
      const path = join(folder, "a.mo");
      for (const { english, translation } of readCatalogue(readFileSync(path), path)) {
        expectThat(
          [...english, ...translation].every((each) => typeof each === "string"),
          "a message is no text",
        );
      }
    },
  },
];

const segments = sentences(60, 7).map((line, i) => `<seg id="${i + 1}"> ${line.replaceAll("<", "&lt;")} </seg>`);
const sgm = `<refset setid="x" srclang="any">\n<doc docid="1">\n<p>\n${segments.join("\n")}\n</p>\n</doc>\n</refset>\n`;
const side = (name: string, attributes: string) => `<${name} ${attributes}><p>${segments.join("")}</p></${name}>`;
const xml = `<?xml version='1.0'?>\n<dataset id="x">\n${["a", "b"]
  .map(
    (id) => `<doc origlang="en" id="${id}">${side("src", 'lang="en"')}${side("ref", 'lang="de" translator="A"')}</doc>`,
  )
  .join("\n")}\n</dataset>`;
const html = sentences(60, 8)
  .map((line, i) => `<p id="par_${i}" class="paragraph">${line} <span class="emph">x</span> &amp; y</p>`)
  .join("\n");

const tsv = sentences(60, 9)
  .map((line, i) => `${i}\t${line}\t${line}\n`)
  .join("");

export const testSets: Format = {
  name: "test-set",
  isText: true,
  samples: () => [
    {
      files: {
        "a.sgm": Buffer.from(sgm),
        "a.xml": Buffer.from(xml),
        "a.html": Buffer.from(html),
        "a.tsv": Buffer.from(tsv),
      },
    },
  ],
  read: (folder) => {
    const content = (name: string) => readWholeText(join(folder, name));
    for (const line of readSegments(content("a.sgm"), join(folder, "a.sgm"))) {
      expectThat(!line.includes("\n"), "a segment holds a newline");
    }
    const { sources, references } = readXmlTestSet(content("a.xml"), join(folder, "a.xml"));
    for (const lines of references.values()) expectThat(lines.length === sources.length, "sides differ in length");
    const columns = [1, 2].map((column) => readColumnOf(content("a.tsv"), column, join(folder, "a.tsv")));
    expectThat(columns[0]!.length === columns[1]!.length, "columns differ in length");
    for (const [, paragraph] of htmlParagraphs(content("a.html"))) expectThat(typeof paragraph === "string", "no text");
  },
};
