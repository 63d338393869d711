/**
 * SentencePiece's nmt_nfkc normalisation as a graph of replacement rules, built from the platform's own Unicode tables:
 * each character to its NFKC, each decomposed sequence to its composition, and white space and control characters.
 */

/** A place in a rule's left side. Graphs share nodes: Hangul alone has 200,000 rules but 11,000 different ends. */
export interface RuleNode {
  /** What the characters up to here become; undefined when no rule ends here. */
  output: string | undefined;
  /** By code point. */
  next: Map<number, RuleNode>;
}

const SPACES = [0x9, 0xa, 0xc, 0xd, 0x1680, 0x200b, 0x200c, 0x200e, 0x200f, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd];
const DELETED = [...range(0x1, 0x8), 0xb, ...range(0xe, 0x1f), 0x7f, 0x8f, 0x9f];
/** Full-width and half-width tilde are used differently in Japanese. */
const FULL_WIDTH_TILDE = 0xff5e;

/** The rules of nmt_nfkc; the longest rule that matches wins, left to right. */
export function nmtNfkcRules(): RuleNode {
  const root = nfkcRules();
  for (const space of SPACES) childOf(root, space).output = " ";
  for (const character of DELETED) childOf(root, character).output = "";
  root.next.delete(FULL_WIDTH_TILDE);
  return root;
}

function nfkcRules(): RuleNode {
  const root = newNode();
  /** Characters by their one-character NFKD, when it is another character. */
  const variants = new Map<number, number[]>();
  const decompositions = new Set<string>();
  for (const codePoint of decomposable()) {
    const character = String.fromCodePoint(codePoint);
    const nfkc = character.normalize("NFKC");
    if (nfkc !== character) childOf(root, codePoint).output = nfkc;
    const nfkd = character.normalize("NFKD");
    const first = nfkd.codePointAt(0)!;
    if (String.fromCodePoint(first) !== nfkd) decompositions.add(nfkd);
    else variants.set(first, [...(variants.get(first) ?? []), codePoint]);
  }
  addHangul(root, variants);
  for (const [left, right] of compositions(decompositions, variants)) {
    // A rule is needed only where shorter ones do not give the same.
    if (applyRules(root, left, left.length - 1) !== right) insert(root, left, right);
  }
  return root;
}

/** Characters whose NFKD differs from themselves, but for Hangul syllables. */
function* decomposable(): Generator<number> {
  const block = 256;
  for (let start = 0; start < 0x110000; start += block) {
    const plane = start >>> 16;
    const isSurrogate = start >= 0xd800 && start < 0xe000;
    // Planes 4 to 13 hold no characters, the last two are for private use.
    if (isSurrogate || (plane >= 4 && plane !== 14)) continue;
    const characters = Array.from({ length: block }, (_, i) => String.fromCodePoint(start + i));
    // Spaces keep neighbours from composing or changing order.
    const joined = characters.join(" ");
    if (joined.normalize("NFKD") === joined) continue;
    for (let i = 0; i < block; i++) {
      const isSyllable = start + i >= SYLLABLE_0 && start + i < SYLLABLE_0 + SYLLABLES;
      if (!isSyllable && characters[i]!.normalize("NFKD") !== characters[i]) yield start + i;
    }
  }
}

/** Every spelling of the decompositions that compose, with the composition, shorter ones first. */
function compositions(decompositions: Set<string>, variants: Map<number, number[]>): [number[], string][] {
  const rules: [number[], string][] = [];
  for (const nfkd of decompositions) {
    const nfc = nfkd.normalize("NFC");
    if (nfc === nfkd) continue;
    let spellings: number[][] = [[]];
    for (const character of nfkd) {
      const codePoint = character.codePointAt(0)!;
      const choices = [codePoint, ...(variants.get(codePoint) ?? [])];
      spellings = spellings.flatMap((spelling) => choices.map((choice) => [...spelling, choice]));
    }
    for (const spelling of spellings) if (String.fromCodePoint(...spelling) !== nfc) rules.push([spelling, nfc]);
  }
  return rules.sort(([a], [b]) => a.length - b.length);
}

const SYLLABLE_0 = 0xac00;
const SYLLABLES = 11172;
const LEADS = 19;
const VOWELS = 21;
/** Of which trail 0 is none. */
const TRAILS = 28;
const LEAD_0 = 0x1100;
const VOWEL_0 = 0x1161;
const TRAIL_0 = 0x11a7;

/** Letters to syllables (Unicode core specification, section 3.12), whatever variant each letter is written in. */
function addHangul(root: RuleNode, variants: Map<number, number[]>): void {
  const spellings = (letter: number) => [letter, ...(variants.get(letter) ?? [])];
  for (let lead = 0; lead < LEADS; lead++) {
    const afterLead: Map<number, RuleNode> = new Map();
    for (let vowel = 0; vowel < VOWELS; vowel++) {
      const syllable = SYLLABLE_0 + (lead * VOWELS + vowel) * TRAILS;
      const node = newNode(String.fromCodePoint(syllable));
      for (let trail = 1; trail < TRAILS; trail++) {
        const end = newNode(String.fromCodePoint(syllable + trail));
        for (const letter of spellings(TRAIL_0 + trail)) node.next.set(letter, end);
      }
      for (const letter of spellings(VOWEL_0 + vowel)) afterLead.set(letter, node);
    }
    for (const letter of spellings(LEAD_0 + lead)) childOf(root, letter).next = afterLead;
  }
}

function newNode(output?: string): RuleNode {
  return { output, next: new Map() };
}

function childOf(node: RuleNode, codePoint: number): RuleNode {
  let child = node.next.get(codePoint);
  if (child === undefined) {
    child = newNode();
    node.next.set(codePoint, child);
  }
  return child;
}

function insert(root: RuleNode, left: readonly number[], right: string): void {
  let node = root;
  for (const codePoint of left) node = childOf(node, codePoint);
  node.output = right;
}

/** Applies the rules to characters, left to right, the longest first but none longer than `longest`. */
function applyRules(root: RuleNode, characters: readonly number[], longest: number): string {
  let text = "";
  for (let at = 0; at < characters.length; ) {
    let output = String.fromCodePoint(characters[at]!);
    let end = at + 1;
    let node: RuleNode | undefined = root;
    for (let i = at; i < characters.length && i < at + longest; i++) {
      node = node.next.get(characters[i]!);
      if (node === undefined) break;
      if (node.output !== undefined) {
        output = node.output;
        end = i + 1;
      }
    }
    text += output;
    at = end;
  }
  return text;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
