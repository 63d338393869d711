/** Text made up for tests: sentences of many writing systems, and texts that break careless tokenizers. */
import { Random } from "../../src/base/random.ts";

/** Letters of made-up words, by writing system; and whether words are set apart by spaces. */
const SYSTEMS: readonly { letters: string; spaced: boolean }[] = [
  { letters: "eeeeaaiioonnrrttsslldhcumpgbfwykvxqjz", spaced: true },
  { letters: "eennirstadhulcgmobwfkzüäößpvÄÖjy", spaced: true },
  { letters: "nhtcgáàảãạăâêôơưđếềệộứữimo", spaced: true },
  { letters: "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё", spaced: true },
  { letters: "αιοεηστνρκλπυμάέίόύώδθςχγφβ", spaced: true },
  { letters: "اليمنورتبدعسفكهقحجشطصخذض", spaced: true },
  { letters: "יוהלרתמשאבנדקעחספגטצזכםן", spaced: true },
  { letters: "किसनरलहतापमवदयगेोीुंज", spaced: true },
  { letters: "다는이가고의에을지하로기나를서도사한어리", spaced: true },
  { letters: "のにたいをはしてがでとるなかんれっさ私彼日本人何行見食カトスラン", spaced: false },
  { letters: "的我你是了不在有他这个们来到时大地为子中說話學會", spaced: false },
];

const ENDS = [".", ".", ".", "?", "!", "...", "。", "、", "؟", ";"];

/** A sentence of one writing system, with digits and marks now and then. */
function sentence(random: Random): string {
  const { letters, spaced } = SYSTEMS[random.integer(SYSTEMS.length)]!;
  const alphabet = [...letters];
  // Squaring prefers the first letters and repeats words, as language does.
  const pick = () => alphabet[Math.floor(random.uniform() * random.uniform() * alphabet.length)]!;
  const words = Array.from({ length: 1 + random.integer(9) }, () => {
    if (random.integer(15) === 0) return String(random.integer(3000));
    const word = Array.from({ length: 1 + random.integer(7) }, pick).join("");
    const marks = [word, word, word, word, `"${word}"`, `${word},`, `(${word})`, `${word}-${word}`, `${word}'s`];
    return marks[random.integer(marks.length)]!;
  });
  return words.join(spaced ? " " : "") + ENDS[random.integer(ENDS.length)]!;
}

export function sentences(count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => sentence(random));
}

/** Texts of which each has broken some tokenizer. All well-formed UTF-16. */
export const NASTY: readonly string[] = [
  "",
  " ",
  "   ",
  "\u0000x",
  "a\u0000\u0000b",
  "\u0001",
  " \u0001 ",
  "a\u0001 \u0001b",
  "\t\ta\tb\r\n",
  "a\u00a0b\u2003c\u3000d\u200be\u2028f",
  "👨‍👩‍👧‍👦 family, 🇩🇪 flag, 👍🏽 thumb, ❤️ heart",
  "😀😀😀😀",
  "e\u0301 E\u0302\u0301 c\u0327\u0301 o\u0323\u0302 q\u0301 \u0301alone a\u0301\u0323\u0302",
  "x\u00a8y \u00a8 \u00a8z \u0385",
  "ﬁ ﬂ ﷺ ㍻ ｶﾞ ﾊﾟ ™ ² ½ … ㎏ Ⅷ ①",
  "\u1100\u1161 \u1100\u1161\u11a8 ㉠ㅏㄱ ﾡￂ \u1100\u1100\u1161",
  "Ａｌｌ　ｆｕｌｌ－ｗｉｄｔｈ！～",
  "שלום עולם \u200f(123)\u200e مرحبا بالعالم",
  "\u202eabc\u202c \u061c",
  "▁▁a▁b ▁",
  "▁",
  "a ▁ b",
  "<2de> Hallo <2en><2de>Welt<2d <2de",
  "<s> </s> <unk> <pad> <0x41> <0x4",
  "\ufeffbyte order mark",
  "\ufffd \uffff \ufdd0",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈𐌿 𠜎𠜱 \u{10ffff}",
  "< \u0338= \u0338≮ <\u0338",
  "1,000.50 3.14159 192.168.0.1 1234567890123",
  "don't e-mail rock'n'roll a/b/c x_y_z C++ #1",
  "https://example.org/a?b=c&d=%20#e",
  "!!!???...,,,;;;:::---___",
  "a".repeat(700),
  "Donau".repeat(300),
  "のに".repeat(200),
  `${"long ".repeat(300)}end`,
];

/** A text of random characters: of `favourites`, and now and then of anywhere in Unicode. */
export function noise(random: Random, favourites: readonly string[]): string {
  const anywhere = () => [0x80, 0x300, 0x3000, 0xd800, 0x2000, 0x20000][random.integer(6)]!;
  const bases = [0x20, 0x100, 0x300, 0xe000, 0x2000, 0x10000];
  return Array.from({ length: random.integer(25) }, () => {
    if (random.integer(6) > 0) return favourites[random.integer(favourites.length)]!;
    const codePoint = bases[random.integer(bases.length)]! + random.integer(anywhere());
    return codePoint >= 0xd800 && codePoint < 0xe000 ? " " : String.fromCodePoint(codePoint % 0x110000);
  }).join("");
}
