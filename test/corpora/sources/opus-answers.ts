/** OPUS as a local server has it: releases made here, and the interface's answers about them. */
import { zip } from "../archives/zip-archive.ts";
import type { HostAnswer } from "./host-server.ts";

export interface Release {
  corpus: string;
  version: string;
  languages: readonly [string, string];
  latest?: boolean;
  archive: Uint8Array;
}

export const LINES = 3000;
export const line = (language: string, i: number) => `${language} ${i} ${"ä".repeat(i % 40)}`;

/** `texts` by ending; the notices of a corpus beside them. */
export function mosesArchive(texts: Record<string, string>, notices: Record<string, string> = NOTICES): Buffer {
  return zip({ ...notices, ...texts });
}

const NOTICES = { README: "Corpus Name: X\nPackage: X\nLicense: CC-BY 2.0 FR\n", LICENSE: "The licence in full.\n" };

export const RELEASES: readonly Release[] = [
  {
    corpus: "Phrases",
    version: "v1",
    languages: ["de", "en"],
    archive: mosesArchive({ "Phrases.de-en.de": "alt\n", "Phrases.de-en.en": "old\n" }),
  },
  {
    corpus: "Phrases",
    version: "v10",
    languages: ["de", "en"],
    latest: true,
    archive: mosesArchive({
      "Phrases.de-en.de": Array.from({ length: LINES }, (_, i) => `${line("de", i)}\r\n`).join(""),
      "Phrases.de-en.en": Array.from({ length: LINES }, (_, i) => (i === 5 ? "\n" : `${line("en", i)}\n`)).join(""),
    }),
  },
  {
    corpus: "Phrases",
    version: "v10",
    languages: ["en", "zh_TW"],
    archive: mosesArchive({ "Phrases.en-zh_TW.en": "a dog\n", "Phrases.en-zh_TW.zh_TW": "狗\n" }, {}),
  },
  {
    corpus: "bible-x",
    version: "v2",
    languages: ["de", "en"],
    latest: true,
    archive: mosesArchive({ "x.de-en.de": "eins\nzwei\n", "x.de-en.en": "one\n" }),
  },
];

export const pathOf = ({ corpus, version, languages }: Release) =>
  `object.pouta.csc.fi/OPUS-${corpus}/${version}/moses/${languages.join("-")}.txt.zip`;

/** The interface and the archives; in answers numbers that are unknown are empty, as they are there. */
export function opusAnswer(address: URL): HostAnswer | undefined {
  const path = address.host + address.pathname;
  const release = RELEASES.find((each) => pathOf(each) === path);
  if (release !== undefined) return release.archive;
  if (path !== "opus.nlpl.eu/opusapi/") return undefined;
  const asked = (name: string) => address.searchParams.get(name) ?? undefined;
  const [corpus, source, target] = ["corpus", "source", "target"].map(asked);
  const fitting = RELEASES.filter(
    (each) =>
      (corpus === undefined || each.corpus === corpus) &&
      (source === undefined || each.languages.includes(source)) &&
      (target === undefined || each.languages[1] === target),
  );
  if (asked("corpora") !== undefined)
    return JSON.stringify({ corpora: [...new Set(fitting.map((each) => each.corpus))] });
  if (asked("languages") !== undefined) {
    const languages = new Set(fitting.flatMap((each) => [...each.languages]));
    if (source !== undefined) languages.delete(source);
    return JSON.stringify({ languages: [...languages] });
  }
  if (asked("preprocessing") !== "moses") return JSON.stringify({ corpora: [] });
  return JSON.stringify({
    corpora: fitting.map((each, id) => ({
      alignment_pairs: each.latest ? LINES : "",
      corpus: each.corpus,
      documents: "",
      id,
      latest: each.latest ? "True" : "False",
      preprocessing: "moses",
      size: Math.ceil(each.archive.length / 1000),
      source: each.languages[0],
      source_tokens: 1,
      target: each.languages[1],
      target_tokens: 1,
      url: `https://${pathOf(each)}`,
      version: each.version,
    })),
  });
}
