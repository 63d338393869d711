/** Languages as their readers call them, and which pairs there are. */
import type { Language } from "./api.ts";

/** What a choice of two languages offers. */
export interface LanguageChoice {
  /** A code, or `auto`. */
  source: string;
  target: string;
}

/** A function from codes to names in the language of the reader; a code without a name is its own. */
export function languageNames(locales: readonly string[]): (code: string) => string {
  let names: Intl.DisplayNames | undefined;
  try {
    names = new Intl.DisplayNames([...locales, "en"], { type: "language", fallback: "code" });
  } catch {
    names = undefined;
  }
  return (code) => {
    try {
      return names?.of(code) ?? code;
    } catch {
      return code;
    }
  };
}

/** Codes that a text in `source` can be translated into, sorted by `name`; of `auto` all targets. */
export function targetsOf(languages: readonly Language[], source: string, name: (code: string) => string): string[] {
  const found =
    source === "auto"
      ? languages.flatMap(({ targets }) => targets)
      : (languages.find(({ code }) => code === source)?.targets ?? []);
  return [...new Set(found)].sort((a, b) => name(a).localeCompare(name(b)));
}

/** The choice, mended where the server does not have it: `wanted` may come from an address or an earlier visit. */
export function possibleChoice(languages: readonly Language[], wanted: Partial<LanguageChoice>): LanguageChoice {
  const known = languages.some(({ code, targets }) => code === wanted.source && targets.length > 0);
  const source = known || wanted.source === "auto" ? wanted.source! : firstSource(languages, wanted.target);
  const targets = targetsOf(languages, source, (code) => code);
  const target = wanted.target !== undefined && targets.includes(wanted.target) ? wanted.target : (targets[0] ?? "");
  return { source, target };
}

function firstSource(languages: readonly Language[], target: string | undefined): string {
  const useful = languages.filter(({ targets }) => targets.length > 0);
  const reaching = useful.find(({ targets }) => target !== undefined && targets.includes(target));
  return (reaching ?? useful[0])?.code ?? "";
}

/** The choice turned round; `detected` stands for `auto`. Undefined where there is no way back. */
export function swapped(
  languages: readonly Language[],
  { source, target }: LanguageChoice,
  detected: string | undefined,
): LanguageChoice | undefined {
  const from = source === "auto" ? detected : source;
  const way = languages.find(({ code }) => code === target);
  if (from === undefined || way === undefined || !way.targets.includes(from)) return undefined;
  return { source: target, target: from };
}
