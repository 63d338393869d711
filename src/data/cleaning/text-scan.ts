/** One pass over a text for the rules of cleaning: its width and which suspicious characters it has. */
import { unitWidth } from "./text-width.ts";

/** What a text can have. */
export const CONTROL = 1;
export const REPLACEMENT = 2;
/** UTF-8 that may have been read as another encoding. */
export const MISREAD = 4;
const LEAD = 8;
const CONTINUATION = 16;
const WIDTH_SHIFT = 5;

/** Windows-1252 letters whose code differs from Unicode's, by code from 0x80; "\0" where there is none. */
export const WINDOWS_1252 = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

/** What each code unit is, and its columns above that: [65536]. */
const units = Uint8Array.from({ length: 65536 }, (_, unit) => (unitWidth(unit) << WIDTH_SHIFT) | roleOf(unit));

export class TextScan {
  /** Columns (text-width.ts). */
  width = 0;
  private found = 0;

  run(text: string): void {
    let width = 0;
    let found = 0;
    let before = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = units[text.charCodeAt(i)]!;
      width += unit >> WIDTH_SHIFT;
      found |= unit;
      // A lead byte's letter before a continuation byte's.
      if ((unit & CONTINUATION) !== 0 && (before & LEAD) !== 0) found |= MISREAD;
      before = unit;
    }
    this.width = width;
    this.found = found;
  }

  has(role: number): boolean {
    return (this.found & role) !== 0;
  }
}

function roleOf(unit: number): number {
  // Control characters but for the white space among them.
  const isControl =
    unit <= 0x08 || (unit >= 0x0e && unit <= 0x1f) || (unit >= 0x7f && unit <= 0x84) || (unit >= 0x86 && unit <= 0x9f);
  const continues = (unit >= 0x80 && unit <= 0xbf) || (unit !== 0 && WINDOWS_1252.includes(String.fromCharCode(unit)));
  return (
    (isControl ? CONTROL : 0) |
    (unit === 0xfffd ? REPLACEMENT : 0) |
    (unit >= 0xc2 && unit <= 0xf4 ? LEAD : 0) |
    (continues ? CONTINUATION : 0)
  );
}
