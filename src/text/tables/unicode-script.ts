/** Writing system of a character (Unicode Standard Annex 24), Han and both kana as one, as SentencePiece groups them. */

/** ISO 15924 codes, those of common corpora first. Zyyy: punctuation, digits, symbols. Zinh: combining marks. */
const SCRIPTS = (
  "Latn Zyyy Hani Cyrl Grek Arab Hebr Hang Deva Thai Zinh Hira Kana Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Laoo Tibt " +
  "Mymr Geor Ethi Cher Cans Khmr Mong Armn Syrc Thaa Ogam Runr Tglg Hano Buhd Tagb Limb Tale Linb Ugar Shaw Osma Cprt " +
  "Brai Bugi Copt Talu Glag Tfng Sylo Xpeo Khar Bali Xsux Phnx Phag Nkoo Sund Lepc Olck Vaii Saur Kali Rjng Lyci Cari " +
  "Lydi Cham Lana Tavt Avst Egyp Samr Lisu Bamu Java Mtei Armi Sarb Prti Phli Orkh Kthi Batk Brah Mand Cakm Merc Mero " +
  "Plrd Shrd Sora Takr Bass Aghb Dupl Elba Gran Khoj Sind Lina Mahj Mani Mend Modi Mroo Nbat Narb Perm Hmng Palm Pauc " +
  "Phlp Sidd Tirh Wara Ahom Hluw Hatr Mult Hung Sgnw Adlm Bhks Marc Newa Osge Tang Gonm Nshu Soyo Zanb Dogr Gong Rohg " +
  "Maka Medf Sogo Sogd Elym Nand Hmnp Wcho Chrs Diak Kits Yezi Bopo Yiii Ital Goth Dsrt Cpmn Ougr Tnsa Toto Vith Kawi Nagm " +
  "Todr Tutg Krai Gukh Onao Sunu Gara"
).split(" ");

/** Prolonged sound mark, common to both kana. */
const PROLONGED_SOUND = 0x30fc;
const KANA = new Set(["Hira", "Kana"]);
const OTHER = SCRIPTS.length + 1;

const known = new Map<number, number>();
let patterns: RegExp[] | undefined;

/** A number from 1 to 255 that is equal for characters of one writing system. */
export function scriptOf(codePoint: number): number {
  let script = known.get(codePoint);
  if (script === undefined) {
    script = findScript(codePoint);
    known.set(codePoint, script);
  }
  return script;
}

function findScript(codePoint: number): number {
  const han = SCRIPTS.indexOf("Hani") + 1;
  if (codePoint === PROLONGED_SOUND) return han;
  patterns ??= SCRIPTS.map(patternOf);
  const character = String.fromCodePoint(codePoint);
  const index = patterns.findIndex((pattern) => pattern.test(character));
  if (index < 0) return OTHER;
  return KANA.has(SCRIPTS[index]!) ? han : index + 1;
}

function patternOf(script: string): RegExp {
  try {
    return new RegExp(`^\\p{Script=${script}}`, "u");
  } catch {
    return /$^/; // A script this platform does not know yet has no characters here.
  }
}
