/** A temporary copy of the project, in which one file at a time is changed. */
import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { isNative, type Mutation, mutate } from "./mutation.ts";

/** What is neither source nor read by tests. */
const LEFT_OUT = new Set([
  ...[".git", "node_modules", "dist", "models", "data", "runs", "coverage", "scratch", ".experiments"],
  ...["native/build", "native/prebuilt"],
]);
const BUILD = join("native", "build");

export class ProjectCopy {
  readonly root: string;
  private readonly original: string;

  /** Copies the project in `original`, its packages linked. To be disposed of. */
  constructor(original: string) {
    this.original = original;
    this.root = mkdtempSync(join(tmpdir(), "nmt-mutate-"));
    const filter = (path: string) => !LEFT_OUT.has(relative(original, path));
    cpSync(original, this.root, { recursive: true, filter, verbatimSymlinks: true });
    this.linkPackages();
    this.takeBuild();
  }

  /**
   * Makes the edit; the function returned takes it back.
   * @throws StaleMutation
   */
  async apply(mutation: Mutation): Promise<() => void> {
    const path = join(this.root, mutation.file);
    const text = readSource(path, mutation);
    writeFileSync(path, mutate(text, mutation));
    const restore = () => {
      writeFileSync(path, text);
      if (isNative(mutation)) this.takeBuild();
    };
    if (!isNative(mutation)) return restore;
    try {
      await promisify(execFile)(process.execPath, [join(this.root, "native", "build.mjs")], { cwd: this.root });
      return restore;
    } catch (error) {
      restore();
      throw new Error(`${mutation.file} does not compile: ${(error as { stderr?: string }).stderr ?? error}`);
    }
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Package by package: caches of the tests, which lie in node_modules too, are the copy's own. */
  private linkPackages(): void {
    const packages = join(this.original, "node_modules");
    mkdirSync(join(this.root, "node_modules"));
    if (!existsSync(packages)) return;
    for (const name of readdirSync(packages)) {
      if (!name.startsWith(".vite")) symlinkSync(join(packages, name), join(this.root, "node_modules", name));
    }
  }

  /** The addon and its objects as the original has them. */
  private takeBuild(): void {
    const [from, to] = [join(this.original, BUILD), join(this.root, BUILD)];
    rmSync(to, { recursive: true, force: true });
    if (existsSync(from)) cpSync(from, to, { recursive: true });
  }
}

function readSource(path: string, mutation: Mutation): string {
  // A file that is gone has none of the text.
  return existsSync(path) ? readFileSync(path, "utf8") : mutate("", mutation);
}
