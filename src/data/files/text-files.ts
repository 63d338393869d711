/**
 * Names of texts: a file, a pattern of several (`news.*.en`), or a column of tab-separated ones (`pairs.tsv.gz#2`); `-` is
 * standard input, which can be read once.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { placeOf } from "./line-splitter.ts";

export interface TextFile {
  path: string;
  /** Column of a tab-separated file, from 1; absent where whole lines are meant. */
  column?: number;
}

/**
 * The files a name stands for, sorted by path. In a pattern `*` is any text without a slash, `?` one character,
 * `[abc]` one of these and `{a,b}` either; a file whose name holds such characters comes first. Throws DataError
 * where a pattern fits no file.
 */
export function textFiles(name: string): TextFile[] {
  if (existsSync(name)) return [{ path: name }];
  const [, base, digits] = /^(.*)#([1-9]\d{0,3})$/s.exec(name) ?? [];
  const path = base ?? name;
  const column = digits === undefined ? {} : { column: Number(digits) };
  if (existsSync(path) || !/[*?[{]/.test(path)) return [{ path, ...column }];
  const files = matching(path).sort();
  if (files.length > 0) return files.map((file) => ({ path: file, ...column }));
  throw new DataError("No file fits the pattern.", { where: name, nextStep: "Check the folder and the pattern." });
}

/** Files a pattern fits, folder by folder. */
function matching(pattern: string): string[] {
  const parts = pattern.split("/");
  let found = [pattern.startsWith("/") ? "/" : ""];
  for (const part of parts) {
    if (part === "") continue;
    if (!/[*?[{]/.test(part)) found = found.map((folder) => join(folder, part)).filter(existsSync);
    else {
      const expression = expressionOf(part);
      found = found.flatMap((folder) =>
        namesIn(folder)
          .filter((name) => expression.test(name) && (part.startsWith(".") || !name.startsWith(".")))
          .map((name) => join(folder, name)),
      );
    }
  }
  return found.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder === "" ? "." : folder);
  } catch {
    return [];
  }
}

function expressionOf(part: string): RegExp {
  let depth = 0;
  const source = part.replace(/\[[^\]]+\]|[*?{},]|[.+^$()|\\[\]]/g, (token) => {
    if (token.length > 1) return token.replace(/\\/g, "\\\\").replace(/^\[!/, "[^");
    if (token === "*") return ".*";
    if (token === "?") return ".";
    if (token === "{") depth++;
    if (token === "}" && depth > 0) depth--;
    else if (token === "}") return "\\}";
    if (token === "{") return "(?:";
    if (token === "}") return ")";
    if (token === ",") return depth > 0 ? "|" : ",";
    return `\\${token}`;
  });
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    // An open brace or bracket: the name is meant as it stands.
    return new RegExp(`^${part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`, "su");
  }
}

/** One column of lines. Throws DataError naming the line that has fewer. `firstLine` is the number of the first one, from 1. */
export function columnOf(lines: string[], { path, column }: TextFile, firstLine: number): string[] {
  if (column === undefined) return lines;
  return lines.map((line, i) => {
    const fields = line.split("\t", column);
    if (fields.length === column) return fields[column - 1]!;
    throw new DataError(`The line has ${fields.length} ${fields.length === 1 ? "column" : "columns"}, not ${column}.`, {
      where: placeOf(path, firstLine + i),
      nextStep: "Remove the line, or name another column after #.",
    });
  });
}
