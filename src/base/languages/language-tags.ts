/** Language tags as files have them (BCP 47, POSIX locales, old codes), compared without regard to case, region and spelling. */

interface Tag {
  /** In its canonical form: `eng_us` is `en-US`. */
  canonical: string;
  language: string;
  /** Known where script or region are given: that of `zh-TW` is Hant. */
  script: string | undefined;
}

/** Norwegian without a variety is Bokmål. */
const SAME: Readonly<Record<string, string>> = { no: "nb" };
const SCRIPTS: Readonly<Record<string, string>> = { latin: "Latn", cyrillic: "Cyrl" };

const parsed = new Map<string, Tag>();
/** So that a file of thousands of made-up tags takes no memory for them. */
const MOST_PARSED = 1000;

function parse(text: string): Tag {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (parsed.size >= MOST_PARSED) parsed.clear();
  const tag = read(text);
  parsed.set(text, tag);
  return tag;
}

function read(text: string): Tag {
  // A POSIX locale: de_AT.UTF-8, sr@latin
  const [, base = "", modifier] = /^([^.@]*)(?:\.[^@]*)?(?:@(.*))?$/s.exec(text.trim()) ?? [];
  const spelled = base.replaceAll("_", "-");
  try {
    const locale = new Intl.Locale(spelled);
    const isTold = locale.script !== undefined || locale.region !== undefined;
    const script = SCRIPTS[modifier?.toLowerCase() ?? ""] ?? (isTold ? locale.maximize().script : undefined);
    const canonical = modifier === undefined ? locale.toString() : `${locale.toString()}@${modifier.toLowerCase()}`;
    return { canonical, language: SAME[locale.language] ?? locale.language, script };
  } catch {
    const lower = spelled.toLowerCase();
    return { canonical: lower, language: lower.split("-")[0]!, script: undefined };
  }
}

/**
 * 2 where two tags are the same one, 1 where they are of one language, whatever the region, 0 otherwise. Two scripts that are known, such as those of
 * `zh-CN` and `zh-TW`, have to be the same.
 *
 * @example
 * languageLikeness("en", "EN_us"); // 1
 * languageLikeness("deu", "de"); // 2
 * languageLikeness("zh-Hans", "zh-TW"); // 0
 */
export function languageLikeness(one: string, other: string): 0 | 1 | 2 {
  if (one === other) return 2;
  const [a, b] = [parse(one), parse(other)];
  if (a.canonical === b.canonical) return 2;
  if (a.language !== b.language || a.language === "") return 0;
  return a.script === undefined || b.script === undefined || a.script === b.script ? 1 : 0;
}
