/** Corpora of OPUS (Tiedemann 2012) by name: downloads a pair's archive and writes it as a plain corpus, with its licence beside it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { removeLeftovers, writeFileAtomic } from "../../base/atomic-file.ts";
import { DataError } from "../../base/errors.ts";
import { chooseLanguage } from "../../base/languages/choose-language.ts";
import type { LanguagePair } from "../../base/languages/language-pair.ts";
import { type FoundSource, fetchSource, recordOf, type SourceOptions } from "../fetch/source-file.ts";
import { alreadyPrepared, type CorpusIdentity, earlierSources, writeLargeCorpus } from "../write-corpus.ts";
import { connectionsOf, countOf, type NamedCorpus, sizeOf } from "./named-corpus.ts";
import { archivePairs, licenceOf, readNotices } from "./opus-archive.ts";
import { type FoundRelease, findRelease, type OpusQuery } from "./opus-release.ts";

/** Changes with the rules by which an archive becomes a corpus. */
const RULES = "1";

/**
 * Writes `output/train.SOURCE`, `output/train.TARGET`, `corpus.json` and the archive's README and LICENSE. Languages keep the codes asked for. Throws
 * UsageError for what OPUS lacks, DownloadError where the network fails, DataError for a damaged archive.
 */
export async function prepareOpus(query: OpusQuery, output: string, options: SourceOptions): Promise<NamedCorpus> {
  const { from, progress } = options;
  const found = from === undefined ? await published(query, options) : inFolder(query, from);
  const [source, target] = query.languages;
  const { corpus, url, file } = found;
  const identity = (version: string, licence = ""): CorpusIdentity => ({
    recipe: { name: `opus/${corpus}`, origin: url, licence },
    version: `${version}, rules ${RULES}`,
    pair: `${source}-${target}`,
    source,
    target,
  });
  const already = (version: string) => {
    const prepared = alreadyPrepared(output, identity(version));
    return prepared === undefined ? undefined : { ...prepared, dropped: {} };
  };
  const unchanged = found.version === "" ? undefined : already(found.version);
  if (unchanged !== undefined) return unchanged;
  const archive = await fetchSource({ name: file, urls: [url] }, "opus", {
    ...options,
    connections: connectionsOf(options),
    earlier: earlierSources(output),
  });
  // An archive whose name has no version is known by its bytes.
  const version = found.version === "" ? archive.sha256.slice(0, 12) : found.version;
  const write = () => writeArchive(archive, found.languages, (licence) => identity(version, licence), output, progress);
  return already(version) ?? write();
}

/** An archive, and OPUS's codes of its languages in the order asked for. */
interface Archive {
  corpus: string;
  version: string;
  url: string;
  /** Its name in the cache, which is that of OpusTools, or in a folder. */
  file: string;
  languages: LanguagePair;
}

async function published(query: OpusQuery, options: SourceOptions): Promise<Archive> {
  const { environment = process.env, progress } = options;
  const { release, languages }: FoundRelease = await findRelease(query, {
    mirror: options.mirror ?? environment["NMT_MIRROR"],
    environment,
  });
  const { corpus, version, url } = release;
  progress?.(`${corpus} ${version}, ${release.source}-${release.target}: ${countOf(release.pairs, "pair")}`);
  progress?.(`Size: about ${sizeOf(release.bytes)} to download, from ${url}`);
  return {
    corpus,
    version,
    url,
    file: `${corpus}_${version}_moses_${release.source}-${release.target}.txt.zip`,
    languages,
  };
}

/** An archive in a folder: under its name here and in OpusTools, or as OPUS gives it, `de-en.txt.zip`. */
function inFolder({ corpus, languages, version }: OpusQuery, folder: string): Archive {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  for (const file of names.reverse()) {
    const [, name, release, named] = /^(.+)_([^_]+)_moses_(.+)\.txt\.zip$/.exec(file) ?? [];
    const codes = (named ?? /^([^-]+-[^-]+)\.txt\.zip$/.exec(file)?.[1])?.split("-") ?? [];
    if (name !== undefined && name.toLowerCase() !== corpus.toLowerCase()) continue;
    if (version !== undefined && release !== undefined && release !== version) continue;
    const [source, target] = languages.map((language) => chooseLanguage(language, codes));
    if (source === undefined || target === undefined || source === target) continue;
    return { corpus: name ?? corpus, version: release ?? "", url: file, file, languages: [source, target] };
  }
  const [first, second] = [...languages].sort();
  throw new DataError(`The folder has no archive of ${corpus} in ${languages.join("-")}.`, {
    where: folder,
    nextStep: `Put ${corpus}_VERSION_moses_${first}-${second}.txt.zip or ${first}-${second}.txt.zip of OPUS there, or leave --from out.`,
  });
}

async function writeArchive(
  archive: FoundSource,
  languages: LanguagePair,
  identity: (licence: string) => CorpusIdentity,
  output: string,
  progress?: (message: string) => void,
): Promise<NamedCorpus> {
  const notices = await readNotices(archive.path);
  const licence = licenceOf(notices);
  progress?.(`Licence: ${licence}`);
  // Before corpus.json, whose presence says that all is there.
  for (const [name, text] of notices) {
    removeLeftovers(join(output, name));
    writeFileAtomic(join(output, name), text);
  }
  const dropped: Record<string, number> = {};
  const train = archivePairs(archive.path, languages, dropped);
  const prepared = await writeLargeCorpus(output, identity(licence), { train }, [recordOf(archive)], dropped);
  return { ...prepared, dropped };
}
