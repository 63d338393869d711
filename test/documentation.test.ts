/** Source of truth: the tree itself. Pages have lines that can be read and compared, and name only what exists. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const TABLE_WIDTH = 120;
const TEXT_WIDTH = 200;

/** Every Markdown file that is or would be committed. */
const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((page) => existsSync(join(root, page)));
const textOf = (page: string) => readFileSync(join(root, page), "utf8");
/** Pages to read. Those of experiments are written by their runs, each paragraph in one line. */
const read = pages.filter((page) =>
  /^(README|CONTRIBUTING|SECURITY)\.md$|^docs\/|^native\/|^examples\/|^findings\//.test(page),
);
/** Those whose paths in backticks have to exist. */
const guides = ["README.md", "CONTRIBUTING.md", "examples/README.md", "docs/architecture.md", "docs/moe.md"];

describe("documentation", () => {
  it("is seen by this test", () => {
    for (const page of [...guides, "docs/cli.md", "native/README.md"]) expect(read).toContain(page);
  });

  it.each(read)("%s has rows of tables within 120 characters and other lines within 200", (page) => {
    const long = textOf(page)
      .split("\n")
      .flatMap((line, i) => {
        const text = page.startsWith("docs/experiments/") ? Number.POSITIVE_INFINITY : TEXT_WIDTH;
        const limit = line.trimStart().startsWith("|") ? TABLE_WIDTH : text;
        return [...line].length > limit ? [`line ${i + 1}: ${line.slice(0, 60)} …`] : [];
      });
    expect(long).toEqual([]);
  });

  it.each(pages)("%s links to what exists", (page) => {
    const text = textOf(page).replace(/```[\s\S]*?```|`[^`\n]*`/g, "");
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.split("#")[0]!);
    const local = targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(root, dirname(page), decodeURIComponent(target))))).toEqual([]);
  });

  it.each(guides)("%s names files and folders that exist", (page) => {
    const named = [
      ...textOf(page).matchAll(/`((?:src|test|docs|data-scripts|native|bench|examples|configs|\.ci)\/[\w./-]*)`/g),
    ];
    const paths = named
      .map(([, path]) => path!)
      .filter((path) => !/NAME|FAMILY/.test(path) && !path.startsWith("native/build/"));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
