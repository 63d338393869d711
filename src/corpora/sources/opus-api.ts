/** OPUS's interface (https://opus.nlpl.eu/opusapi): which corpora, languages and releases there are of parallel text. */
import { z } from "zod";
import { DownloadError } from "../../base/errors.ts";
import { getText, type TextOptions } from "../fetch/get-text.ts";
import { mirrored } from "../fetch/source-file.ts";

const ADDRESS = "https://opus.nlpl.eu/opusapi/";

/** Names become parts of paths. */
const name = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/);
/** Numbers that are unknown are empty texts. */
const count = z.preprocess((value) => (value === "" || value === null ? 0 : value), z.coerce.number().nonnegative());

const releaseSchema = z.object({
  corpus: name,
  version: name,
  source: name,
  target: name,
  url: z.url({ protocol: /^https?$/ }),
  /** Thousands of bytes. */
  size: count,
  alignment_pairs: count.optional(),
  documents: count.optional(),
  latest: z.union([z.string(), z.boolean()]).optional(),
});

/** A corpus's parallel text of two languages in one version, as an archive of plain text. */
export interface OpusRelease {
  corpus: string;
  version: string;
  /** OPUS's codes, in alphabetical order. */
  source: string;
  target: string;
  url: string;
  /** Of the archive, about. */
  bytes: number;
  /** 0 where it is not known. */
  pairs: number;
  isLatest: boolean;
}

export interface OpusOptions extends TextOptions {
  /** Address that holds every file under its host's name and path. */
  mirror?: string | undefined;
}

/** Releases of a pair, of one corpus or of all; languages in either order. Throws DownloadError. */
export async function opusReleases(
  languages: readonly [string, string],
  corpus: string | undefined,
  options: OpusOptions,
): Promise<OpusRelease[]> {
  const [source, target] = [...languages].sort();
  const query = { ...(corpus !== undefined && { corpus }), source: source!, target: target!, preprocessing: "moses" };
  const { corpora } = await ask(query, z.object({ corpora: z.array(releaseSchema) }), options);
  return corpora.map((each) => ({
    corpus: each.corpus,
    version: each.version,
    source: each.source,
    target: each.target,
    url: each.url,
    bytes: 1000 * each.size,
    pairs: each.alignment_pairs ?? 0,
    isLatest: String(each.latest ?? "").toLowerCase() === "true",
  }));
}

/** Names of all corpora. */
export async function opusCorpora(options: OpusOptions): Promise<string[]> {
  return (await ask({ corpora: "True" }, z.object({ corpora: z.array(z.string()) }), options)).corpora;
}

/** Languages of a corpus, or those that stand beside one of its languages. */
export async function opusLanguages(
  corpus: string,
  source: string | undefined,
  options: OpusOptions,
): Promise<string[]> {
  const query = { corpus, ...(source !== undefined && { source }), languages: "True" };
  return (await ask(query, z.object({ languages: z.array(z.string()) }), options)).languages;
}

async function ask<T>(query: Record<string, string>, schema: z.ZodType<T>, options: OpusOptions): Promise<T> {
  const { mirror, ...rest } = options;
  const url = mirrored(`${ADDRESS}?${new URLSearchParams(query)}`, mirror);
  const { status, text } = await getText(url, { stall: 120_000, ...rest });
  const failed = (why: string) =>
    new DownloadError(`OPUS's interface ${why}.`, {
      where: url,
      nextStep: "Try again later, or fetch the archive from https://opus.nlpl.eu and pass its folder as --from.",
    });
  if (status !== 200) throw failed(`answers with status ${status}`);
  const answer = schema.safeParse(parsed(text));
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  throw failed(`gives an answer that is not understood: ${issue!.path.join(".") || "all of it"}: ${issue!.message}`);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
