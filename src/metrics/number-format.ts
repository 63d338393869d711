/** Numbers printed as sacreBLEU prints them: Python's `.nf` format (exact ties go to the even digit) and `repr`. */

/** `digits` decimals of the exact binary value. `toFixed` alone rounds exact ties away from zero: 31.25 → 31.3, not 31.2. */
export function formatFixed(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  const exact = value.toFixed(Math.min(100, digits + 60));
  const rest = exact.slice(digits === 0 ? exact.indexOf(".") + 1 : exact.indexOf(".") + 1 + digits);
  if (!/^50*$/.test(rest)) return rounded;
  const truncated = exact.slice(0, exact.length - rest.length).replace(/\.$/, "");
  return Number(truncated.at(-1)) % 2 === 0 ? truncated : rounded;
}

/** The shortest text that reads back as `value`; whole numbers end in `.0`. */
export function formatFloat(value: number): string {
  const [mantissa, exponentText] = value.toExponential().split("e") as [string, string];
  const exponent = Number(exponentText);
  if (value === 0 || (exponent >= -4 && exponent < 16)) {
    const plain = value.toFixed(Math.max(0, mantissa.replace(/[-.]/g, "").length - 1 - exponent));
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
