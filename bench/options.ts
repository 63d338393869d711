/** Options of a benchmark. The defaults say which there are: a number, a text, or `false` for a flag. */
import { parseArgs } from "node:util";
import { UsageError } from "../src/base/errors.ts";

type Defaults = Readonly<Record<string, number | string | false>>;

export type Options<D extends Defaults> = {
  readonly [Name in keyof D]: D[Name] extends number ? number : D[Name] extends string ? string : boolean;
};

/** Throws UsageError for an option that isn't among the defaults, and for a number that is none or is negative. */
export function readOptions<const D extends Defaults>(argv: readonly string[], defaults: D): Options<D> {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      value === false
        ? { type: "boolean" as const, default: false }
        : { type: "string" as const, default: String(value) },
    ]),
  );
  let values: Record<string, unknown>;
  try {
    values = parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    const names = Object.keys(defaults).map((name) => `--${name}`);
    throw new UsageError((error as Error).message.split(". ")[0]!, { nextStep: `Options are ${names.join(", ")}.` });
  }
  const read = ([name, fallback]: [string, number | string | false]) => {
    if (typeof fallback !== "number") return [name, values[name]];
    const value = Number(values[name]);
    if (values[name] !== "" && Number.isFinite(value) && value >= 0) return [name, value];
    throw new UsageError(`--${name} takes a number, not "${values[name]}"`, {
      nextStep: `Leave it out for ${fallback}.`,
    });
  };
  return Object.fromEntries(Object.entries(defaults).map(read)) as Options<D>;
}

/** `4,16,64` → numbers. Throws UsageError naming the option. */
export function numberList(name: string, text: string): number[] {
  return text.split(",").map((part) => {
    const value = Number(part);
    if (part.trim() !== "" && Number.isInteger(value) && value >= 0) return value;
    throw new UsageError(`--${name} takes whole numbers with commas between, not "${text}"`, {
      nextStep: `For example --${name} 4,16,64.`,
    });
  });
}
