/** Terms that a request brings itself, and those of glossaries that it names. */
import { DataError } from "../../base/errors.ts";
import { Glossary } from "../../glossary/glossary.ts";
import { parseEntries } from "../../glossary/read-glossary.ts";
import { requestedGlossaries } from "../deepl/requested-glossaries.ts";
import type { RouteParts } from "../http/served-app.ts";
import { RequestError } from "../request-error.ts";
import type { RequestTerms } from "./interactive-service.ts";

export interface TermFields {
  /** Ids of glossaries. */
  glossaries: readonly string[];
  terms: readonly { source: string; target: string }[];
  keep: readonly string[];
}

/**
 * Those that count for a text of the pair. Throws RequestError: 400 for a term that cannot be one, and where terms have translations while the text's language is to
 * be detected or no model translates the pair itself; 404 for a glossary that the key does not have.
 */
export async function requestedTerms(
  { glossaries: ids, terms, keep }: TermFields,
  pair: { source: string | undefined; target: string },
  key: string | undefined,
  parts: RouteParts,
): Promise<RequestTerms> {
  const kept = glossaryOf(
    "keep",
    keep.map((term) => `${term}\t${term}`),
  );
  if (ids.length === 0 && terms.length === 0) return { ofPair: [], kept };
  const { source, target } = pair;
  if (source === undefined) {
    throw new RequestError(400, "Terms with translations need the language of the text.", {
      nextStep: "Send it as source, or leave terms and glossaries out.",
    });
  }
  if ((parts.catalog.route(source, target)?.length ?? 0) > 1) {
    throw new RequestError(400, `No model translates ${source} into ${target} without a third language.`, {
      nextStep: "Leave terms and glossaries out; those in keep stay as they are.",
    });
  }
  const own = glossaryOf(
    "terms",
    terms.map((term) => `${term.source}\t${term.target}`),
  );
  const named = await requestedGlossaries({ glossary_ids: ids }, { source, target }, key, parts);
  return { ofPair: [...own, ...named], kept };
}

/** None of no lines. */
function glossaryOf(field: string, lines: readonly string[]): Glossary[] {
  if (lines.length === 0) return [];
  try {
    return [new Glossary(parseEntries(lines, "tsv", field))];
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new RequestError(400, `Invalid request: ${error.where}: ${error.message}.`, {
      ...(error.nextStep !== undefined && { nextStep: error.nextStep }),
      cause: error,
    });
  }
}
