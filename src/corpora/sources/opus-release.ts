/** Which release of OPUS is meant, or why there is none: an unknown corpus, a pair or a version that it lacks. */
import { UsageError } from "../../base/errors.ts";
import { chooseLanguage } from "../../base/languages/choose-language.ts";
import type { LanguagePair } from "../../base/languages/language-pair.ts";
import { nearestName } from "../../base/nearest-name.ts";
import { type OpusOptions, type OpusRelease, opusCorpora, opusLanguages, opusReleases } from "./opus-api.ts";

/** What is asked for. */
export interface OpusQuery {
  /** OPUS's name of the corpus, in any case of letters. */
  corpus: string;
  languages: LanguagePair;
  /** Default: the latest. */
  version?: string | undefined;
}

/** A release, and OPUS's codes of the languages in the order asked for. */
export interface FoundRelease {
  release: OpusRelease;
  languages: LanguagePair;
}

/** Throws UsageError, saying what exists instead, and DownloadError. */
export async function findRelease(query: OpusQuery, options: OpusOptions): Promise<FoundRelease> {
  const found = await releasesOf(query, options);
  const { releases, languages } = found;
  const { version } = query;
  if (version === undefined) return { release: latestOf(releases), languages };
  const release = releases.find((each) => each.version === version);
  if (release !== undefined) return { release, languages };
  throw new UsageError(`${releases[0]!.corpus} has no version "${version}" of ${languages.join("-")}.`, {
    where: "--version",
    nextStep: `There are ${releases.map((each) => each.version).join(", ")}.`,
  });
}

/** All releases of a corpus and pair, at least one. Throws likewise. */
export async function releasesOf(
  { corpus, languages }: OpusQuery,
  options: OpusOptions,
): Promise<{ releases: OpusRelease[]; languages: LanguagePair }> {
  const asked = languages.map((each) => each.replaceAll("-", "_")) as [string, string];
  const releases = await opusReleases(asked, corpus, options);
  if (releases.length > 0) return { releases, languages: asked };
  const name = await nameOf(corpus, options);
  const known = await opusLanguages(name, undefined, options);
  const codes = asked.map((each) => chooseLanguage(each, known));
  const [source, target] = codes;
  if (source !== undefined && target !== undefined) {
    const others = await opusReleases([source, target], name, options);
    if (others.length > 0) return { releases: others, languages: [source, target] };
  }
  throw await missingPair(name, asked, codes, known, options);
}

async function nameOf(corpus: string, options: OpusOptions): Promise<string> {
  const names = await opusCorpora(options);
  const same =
    names.find((each) => each === corpus) ?? names.find((each) => each.toLowerCase() === corpus.toLowerCase());
  if (same !== undefined) return same;
  const lower = corpus.toLowerCase();
  const near = [nearestName(corpus, names), ...names.filter((each) => each.toLowerCase().includes(lower))];
  const suggested = [...new Set(near.filter((each) => each !== undefined))].slice(0, 8);
  throw new UsageError(`OPUS has no corpus "${corpus}".`, {
    where: "nmt data opus NAME",
    nextStep: `${suggested.length === 0 ? "" : `Did you mean ${suggested.join(", ")}? `}nmt data opus --list --pair en-de shows those of a pair.`,
  });
}

async function missingPair(
  corpus: string,
  asked: LanguagePair,
  codes: readonly (string | undefined)[],
  known: readonly string[],
  options: OpusOptions,
): Promise<UsageError> {
  const lacks = asked.filter((_, i) => codes[i] === undefined);
  const beside = lacks.length > 0 ? known : await opusLanguages(corpus, codes[0], options);
  const what = lacks.length > 0 ? `text in ${lacks.join(" and ")}` : `pair ${asked.join("-")}`;
  const prefix = lacks.length > 0 ? "Its languages are" : `Beside ${codes[0]} it has`;
  return new UsageError(`${corpus} of OPUS has no ${what}.`, {
    where: "--pair",
    nextStep: `${prefix} ${[...beside].sort().join(", ").slice(0, 1500)}.`,
  });
}

/** The one that OPUS calls the latest, else the last by number. */
export function latestOf(releases: readonly OpusRelease[]): OpusRelease {
  const order = new Intl.Collator("en", { numeric: true });
  const sorted = [...releases].sort((a, b) => order.compare(a.version, b.version));
  return sorted.findLast(({ isLatest }) => isLatest) ?? sorted.at(-1)!;
}
