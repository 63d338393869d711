/** Lengths of texts in columns, where East Asian letters take two: comparable across scripts without any tokenising. */

/** Columns a text takes: wide letters (Han, kana, Hangul, full-width forms) count two, all other code points one. */
export function textWidth(text: string): number {
  let width = 0;
  for (let i = 0; i < text.length; i++) width += unitWidth(text.charCodeAt(i));
  return width;
}

/** Columns of a code unit; a surrogate pair's are those of its first half. */
export function unitWidth(unit: number): 0 | 1 | 2 {
  if (unit < 0x1100) return 1;
  if (isLowSurrogate(unit)) return 0;
  return isWide(unit) ? 2 : 1;
}

/** Longer over shorter width of two texts, at least 1; infinite when one of them is empty. */
export function widthRatio(a: string, b: string): number {
  const [widthA, widthB] = [textWidth(a), textWidth(b)];
  return Math.max(widthA, widthB) / Math.min(widthA, widthB);
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function isWide(unit: number): boolean {
  return (
    unit <= 0x115f || // Hangul letters
    (unit >= 0x2e80 && unit <= 0xa4cf) || // radicals, kana, Han, Yi
    (unit >= 0xac00 && unit <= 0xd7a3) || // Hangul syllables
    (unit >= 0xd840 && unit <= 0xd88f) || // high surrogates of rare Han
    (unit >= 0xf900 && unit <= 0xfaff) ||
    (unit >= 0xff00 && unit <= 0xff60)
  );
}
