/** The Hugging Face Hub's interface: what a data set's repository holds at a revision, and who may read it. */
import { z } from "zod";
import { DownloadError, UsageError } from "../../base/errors.ts";
import { getText, type TextAnswer, type TextOptions } from "../fetch/get-text.ts";
import { mirrored } from "../fetch/source-file.ts";

const ADDRESS = "https://huggingface.co";
/** Where the Hub keeps a data set's Parquet files that it made itself, in folders CONFIG/SPLIT. */
export const CONVERTED = "refs/convert/parquet";

const patterns = z.union([z.string(), z.array(z.string())]);
const configSchema = z.object({
  config_name: z.string(),
  data_dir: z.string().optional(),
  data_files: z.union([patterns, z.array(z.object({ split: z.string(), path: patterns }))]).optional(),
  default: z.boolean().optional(),
});
/** Files of a part of a data set, as its card declares them. */
export type HubConfig = z.infer<typeof configSchema>;

/** What a card tells besides its text; what is not understood there is as if it were not told. */
export const cardSchema = z.object({
  license: patterns.optional().catch(undefined),
  configs: z.array(configSchema).optional().catch(undefined),
});
export type HubCard = z.infer<typeof cardSchema>;

/** OWNER/NAME, or NAME of the Hub's own; it becomes part of paths. */
const NAME = /^(?:[A-Za-z0-9][\w.-]*\/)?[A-Za-z0-9][\w.-]*$/;

const infoSchema = z.object({
  id: z.string().regex(NAME),
  sha: z.string().regex(/^[\da-f]{40}$/),
  gated: z.union([z.boolean(), z.string()]).optional(),
  cardData: cardSchema.nullish().catch(undefined),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.number().int().nonnegative().nullish(),
      lfs: z.object({ sha256: z.string().regex(/^[\da-f]{64}$/) }).nullish(),
    }),
  ),
});

export interface HubFile {
  path: string;
  size?: number;
  /** Known of large files. */
  sha256?: string;
}

/** A data set's repository at a revision. */
export interface HubDataset {
  /** OWNER/NAME, as it is now called. */
  id: string;
  /** The revision's commit. */
  sha: string;
  /** Whether its owner has to grant access. */
  isGated: boolean;
  card: HubCard;
  files: HubFile[];
}

export interface HubOptions extends TextOptions {
  /** Address that holds every file under its host's name and path. */
  mirror?: string | undefined;
  /** The Hub's address; default: HF_ENDPOINT, else https://huggingface.co. */
  endpoint?: string | undefined;
  token?: string | undefined;
}

export function endpointOf(environment: NodeJS.ProcessEnv): string {
  return (environment["HF_ENDPOINT"] || ADDRESS).replace(/\/+$/, "");
}

/** A token is told to the Hub alone, not to a mirror. */
export function tokenHeaders({ token, mirror }: HubOptions): Record<string, string> {
  return token === undefined || token === "" || mirror ? {} : { authorization: `Bearer ${token}` };
}

/** Undefined where the data set has no such revision. Throws UsageError where there is no such data set, DownloadError where it may not be read. */
export async function hubDataset(name: string, revision: string, options: HubOptions): Promise<HubDataset | undefined> {
  if (!NAME.test(name)) {
    throw new UsageError(`"${name}" is no name of a data set.`, {
      where: "hf:OWNER/NAME",
      nextStep: "Write it as on its page: hf:OWNER/NAME.",
    });
  }
  const { endpoint = ADDRESS, mirror } = options;
  const api = `${endpoint}/api/datasets/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const url = mirrored(api, mirror);
  const answer = await getText(url, { ...options, headers: tokenHeaders(options) });
  if (answer.status === 404 && codeOf(answer) === "RevisionNotFound") return undefined;
  if (answer.status !== 200) throw refusal(name, answer, options);
  const info = infoSchema.safeParse(parsed(answer.text));
  if (!info.success) {
    const [issue] = info.error.issues;
    throw new DownloadError(
      `The Hub gives an answer that is not understood: ${issue!.path.join(".")}: ${issue!.message}.`,
      {
        where: url,
        nextStep: "Try again later, or fetch the data set's files yourself and pass their folder as --from.",
      },
    );
  }
  const { id, sha, gated, cardData, siblings } = info.data;
  return {
    id,
    sha,
    isGated: gated !== undefined && gated !== false,
    card: cardData ?? {},
    // A path that leads out of a folder is nobody's data.
    files: siblings
      .filter(({ rfilename }) => isInside(rfilename))
      .map(({ rfilename, size, lfs }) => ({
        path: rfilename,
        ...(size != null && { size }),
        ...(lfs != null && { sha256: lfs.sha256 }),
      })),
  };
}

function isInside(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function codeOf({ headers }: TextAnswer): string {
  return String(headers["x-error-code"] ?? "");
}

function refusal(name: string, answer: TextAnswer, options: HubOptions): UsageError | DownloadError {
  const code = codeOf(answer);
  if (code === "GatedRepo" || answer.status === 403) return gated(name, options);
  if (answer.status === 401 || answer.status === 404) {
    const hidden = options.token ? "or the token in HF_TOKEN may not see it" : "or it is private";
    return new UsageError(`The Hub has no data set "${name}", ${hidden}.`, {
      where: "hf:OWNER/NAME",
      nextStep: `See https://huggingface.co/datasets?search=${encodeURIComponent(name.replace(/^.*\//, ""))}; for a private one set HF_TOKEN.`,
    });
  }
  return new DownloadError(`The Hub answers with status ${answer.status}.`, {
    where: name,
    nextStep: "Try again later, or fetch the data set's files yourself and pass their folder as --from.",
  });
}

/** For a data set whose owner has to grant access. */
export function gated(name: string, { token }: HubOptions): DownloadError {
  const page = `https://huggingface.co/datasets/${name}`;
  const how = token
    ? `Accept its conditions at ${page} with the account whose token HF_TOKEN is, and wait for the owner where that is asked.`
    : `Accept its conditions at ${page}, make a token at https://huggingface.co/settings/tokens, and set HF_TOKEN to it.`;
  return new DownloadError(`The data set ${name} is gated: its owner grants access to accounts.`, {
    where: page,
    nextStep: how,
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
