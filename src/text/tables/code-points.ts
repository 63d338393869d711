/** Code points of UTF-16 units. */

/** Well-formed units, one code point after the other. */
export function* codePointsOf(units: Uint16Array): Generator<number> {
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    const isPair = unit >= 0xd800 && unit < 0xdc00;
    yield isPair ? 0x10000 + ((unit - 0xd800) << 10) + (units[++i]! - 0xdc00) : unit;
  }
}
