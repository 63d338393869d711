/** Turns what the schema found wrong into a ConfigError: every problem, the nearest valid key, and the section that key belongs in. */
import type { z } from "zod";
import { ConfigError } from "../base/errors.ts";
import { nearestName } from "../base/nearest-name.ts";
import { type ConfigKey, configKeys, corpusKeys, sectionOf } from "./schema.ts";

type Issue = z.core.$ZodIssue;
export type Path = readonly PropertyKey[];
/** Says where a key is, such as "train.yaml, line 12, section training". */
export type Locate = (path: Path, section: string) => string;

/** One error for all issues: the first in full, the rest as further lines. */
export function configProblems(issues: readonly Issue[], input: unknown, locate: Locate): ConfigError {
  const problems = issues.flatMap((issue) => describe(issue, input));
  const [first, ...rest] = problems;
  const message = [first!.message, ...rest.map((problem) => `also: ${problem.message}`)].join("\n  ");
  return new ConfigError(message, { where: locate(first!.path, first!.section), nextStep: first!.nextStep });
}

interface Problem {
  path: Path;
  section: string;
  message: string;
  nextStep: string;
}

function describe(issue: Issue, input: unknown): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path, key]));
  if (issue.code === "invalid_union") {
    const value = valueAt(input, issue.path);
    const branch = issue.errors[Array.isArray(value) ? issue.errors.length - 1 : 0];
    const inner = branch?.filter((part) => part.path.length > 0 || part.code === "unrecognized_keys") ?? [];
    if (inner.length > 0) {
      return inner.flatMap((part) => describe({ ...part, path: [...issue.path, ...part.path] } as Issue, input));
    }
  }
  const key = issue.path.join(".");
  const value = valueAt(input, issue.path);
  const what =
    value === undefined ? `${key} is missing` : `${key}: ${JSON.stringify(value)} is not usable (${reason(issue)})`;
  return [
    {
      path: issue.path,
      section: sectionOfPath(issue.path),
      message: what,
      nextStep: `Set ${key}; see nmt train --help.`,
    },
  ];
}

function reason(issue: Issue): string {
  if (issue.code === "invalid_union") return "expected auto, true or false";
  return issue.message.replace(/^Invalid (input|option): /, "").replace(/^Too (small|big): /, "");
}

/** The problem of a key that does not exist at this place: names the nearest valid key and where that key belongs. */
export function unknownKey(path: Path): Problem {
  const name = String(path[path.length - 1]);
  const inCorpus = path.length > 1 && path[0] === "data";
  const isTop = path.length === 1;
  const here: readonly string[] = isTop ? configKeys : inCorpus ? corpusKeys : [];
  const elsewhere: readonly string[] = isTop ? corpusKeys : configKeys;
  const exact = elsewhere.find((key) => key === name.replaceAll("-", "_"));
  const near = exact ?? nearestName(name, here) ?? nearestName(name, elsewhere);
  let nextStep = "See nmt train --help for every key.";
  if (near !== undefined) {
    const place = (corpusKeys as string[]).includes(near)
      ? "under a corpus name in data"
      : `at the top level (section ${sectionOf(near as ConfigKey)})`;
    nextStep = exact === undefined ? `Did you mean ${near}, ${place}?` : `${near} belongs ${place}.`;
  }
  return { path, section: sectionOfPath(path), message: `unknown key ${path.join(".")}`, nextStep };
}

function sectionOfPath(path: Path): string {
  const [top, name] = path;
  if (top === "data" && path.length > 1) return `section data.${String(name)}`;
  return configKeys.includes(top as ConfigKey) ? `section ${sectionOf(top as ConfigKey)}` : "top level";
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}
