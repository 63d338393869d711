/** Patterns of paths as cards of data sets have them. */

/** `*` and `?` within a folder, `**` over folders, `[…]` and `{a,b}`. */
export function matcherOf(pattern: string): RegExp {
  let expression = "";
  let depth = 0;
  const plain = pattern.replace(/^\.?\//, "");
  for (let at = 0; at < plain.length; at++) {
    const rest = plain.slice(at);
    const several = /^\*\*\/?/.exec(rest)?.[0];
    const set = /^\[(!?)([^\]]+)\]/.exec(rest);
    if (several !== undefined) {
      expression += several.endsWith("/") ? "(?:.*/)?" : ".*";
      at += several.length - 1;
    } else if (set !== null) {
      expression += `[${set[1] === "!" ? "^" : ""}${set[2]!.replace(/[\\\]^]/g, "\\$&")}]`;
      at += set[0].length - 1;
    } else if (plain[at] === "*") expression += "[^/]*";
    else if (plain[at] === "?") expression += "[^/]";
    else if (plain[at] === "{" && rest.includes("}")) {
      expression += "(?:";
      depth++;
    } else if (plain[at] === "}" && depth > 0) {
      expression += ")";
      depth--;
    } else expression += plain[at] === "," && depth > 0 ? "|" : plain[at]!.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  return new RegExp(`^${expression}${")".repeat(depth)}$`, "u");
}
