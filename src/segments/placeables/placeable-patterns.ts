/** What of a text is not language: the form of each kind of placeable, as localisation tools call them. */

/** Kinds of placeables; a plural or select message of ICU is found by its parser, a term that comes out as it is by the text's glossaries. */
export type PlaceableKind =
  | "tag"
  | "entity"
  | "url"
  | "email"
  | "brace"
  | "printf"
  | "icu-message"
  | "icu-literal"
  | "number-sign"
  | "measure"
  | "emoji"
  | "term";

/** Kinds that a program reads: one that a translation invents breaks what shows it. */
export const syntacticKinds: ReadonlySet<PlaceableKind> = new Set<PlaceableKind>([
  "tag",
  "entity",
  "url",
  "email",
  "brace",
  "printf",
  "icu-message",
]);

const number = String.raw`\d{1,15}(?:[.,'’\u00a0\u202f]\d{1,15}){0,6}`;
const currencies = "[$€£¥₹₽₩]";
const units = [
  "%|‰|°[CFK]?|℃|℉",
  "[kKMGTP]i?[Bb](?:it)?(?:/s|ps)?|[Bb]it/s",
  "[kMGT]?Hz|[mkMG]?Wh?|[mk]?V|mAh?|[kM]?J|kcal|[kM]?Pa|mbar|bar|dB",
  "km/h|mph|m/s²?|(?:[nµμmcdk]?m|in|ft|mi|yd)[²³]?",
  "[µμmk]?g|lb|oz|[mcdh]?[lL]",
  "[nµμm]?s|min|h",
  "px|pt|r?em|dpi|ppi|fps|rpm",
].join("|");

/**
 * In order of precedence where several begin at one place. Repetitions are bounded, so that a text of any shape is read in time linear in its length.
 */
const forms: readonly (readonly [PlaceableKind, string])[] = [
  [
    "url",
    String.raw`(?<![\p{L}\p{N}])(?:[A-Za-z][A-Za-z0-9+.\-]{1,15}:\/\/|www\.(?=[\p{L}\p{N}]))[^\s<>"${"`"}]{1,2000}`,
  ],
  [
    "email",
    String.raw`(?<![\p{L}\p{N}.+_%\-])(?:mailto:)?[\p{L}\p{N}](?:[\p{L}\p{N}.+_%\-]{0,63})@[\p{L}\p{N}](?:[\p{L}\p{N}\-]{0,62})(?:\.[\p{L}\p{N}\-]{1,63}){0,7}\.[\p{L}]{2,24}`,
  ],
  ["tag", String.raw`<!--[^]{0,4000}?-->|<!\[CDATA\[|\]\]>|<[?!][A-Za-z][^<>]{0,1000}>`],
  ["tag", String.raw`<\/?[A-Za-z](?:[^<>"']|"[^"<]{0,1000}"|'[^'<]{0,1000}'){0,300}>`],
  ["entity", String.raw`&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`],
  [
    "brace",
    String.raw`\{\{\{?[^{}]{0,200}\}\}\}?|[$#%]\{[^{}]{0,200}\}|[$#]?\{[^{}\s]{0,80}\}|\{[\p{L}\p{N}_.]{1,80}\s{0,3},[^{}]{0,200}\}`,
  ],
  ["printf", String.raw`%\([\p{L}\p{N}_. \-]{1,80}\)[-+#0]{0,4}\d{0,4}(?:\.\d{0,4})?[diouxXeEfFgGcrsa]`],
  [
    "printf",
    String.raw`%(?:\d{1,3}\$)?[-+#0]{0,4}(?:\d{1,4}|\*)?(?:\.(?:\d{1,4}|\*))?(?:hh|h|ll|l|L|q|j|z|t)?[diouxXeEfFgGcsSpa@](?![\p{L}\p{N}])|%%`,
  ],
  [
    "measure",
    String.raw`(?<![\p{L}\p{N}.,])(?:${currencies}[\u0020\u00a0\u202f]?[-+−±]?${number}(?![\p{L}\p{N}])|[-+−±]?${number}[\u0020\u00a0\u202f]?(?:${units}|${currencies})(?![\p{L}\p{N}]))`,
  ],
  [
    "emoji",
    String.raw`\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{EMod}?(?:[\u{e0020}-\u{e007f}]{1,16}|(?:\u200d\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{EMod}?){1,8})?`,
  ],
];

/** All kinds in one expression, a group each; `kindOfGroup[i]` is the kind of group i + 1. */
export const placeablePattern = new RegExp(forms.map(([, form]) => `(${form})`).join("|"), "gu");
export const kindOfGroup: readonly PlaceableKind[] = forms.map(([kind]) => kind);
