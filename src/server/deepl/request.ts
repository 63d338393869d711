/** What requests of DeepL's interface have in common: key, languages, and features that no model has. */
import type { ServerContext } from "../http/client.ts";
import type { RouteParts } from "../http/served-app.ts";
import { nearestCode } from "../languages/language-codes.ts";
import { RequestError } from "../request-error.ts";

/** The key in the header; older clients send it as a parameter. */
export function keyOf(c: ServerContext, parameter?: string | null): string | undefined {
  return /^DeepL-Auth-Key\s+(\S+)/i.exec(c.req.header("authorization") ?? "")?.[1] ?? parameter ?? undefined;
}

/** The catalog's codes for those of the request; `source` is undefined where it is to be detected. Throws RequestError 400. */
export function languagesOf(
  { source_lang, target_lang }: { source_lang?: string | null | undefined; target_lang: string },
  parts: RouteParts,
): { source: string | undefined; target: string } {
  const { sources, targets } = parts.catalog;
  const target = nearestCode(target_lang, [...targets, ...sources]);
  if (target === undefined) throw unsupported("target_lang", target_lang, parts);
  const source = source_lang ? nearestCode(source_lang, [...sources, ...targets]) : undefined;
  if (source_lang && source === undefined) throw unsupported("source_lang", source_lang, parts);
  return { source, target };
}

export function refuseMissingFeatures({ formality }: { formality?: unknown }): void {
  if (formality === "more" || formality === "less") {
    throw new RequestError(400, `No model of this server knows formality (formality=${formality}).`, {
      nextStep: `Leave it out, or send prefer_${formality}.`,
    });
  }
}

function unsupported(name: string, code: string, { catalog }: RouteParts): RequestError {
  const known = name === "target_lang" ? catalog.targets : catalog.sources;
  return new RequestError(400, `Value for '${name}' not supported: ${code}.`, {
    nextStep: `Supported are: ${known.map((each) => each.toUpperCase()).join(", ")}.`,
  });
}
