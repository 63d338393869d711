/** The files of the page, as its build made them: read once, kept in memory, compressed when first asked for. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

/** Ways to compress an answer, the better first. */
const encodings = { br: promisify(brotliCompress), gzip: promisify(gzip) } as const;
type Encoding = keyof typeof encodings;

/** Files that compression makes no smaller are sent as they are, as are small ones. */
const LEAST_COMPRESSED = 512;
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

export class PageFile {
  /** Such as `/assets/index-1a2b3c.js`; `/` for index.html. */
  readonly path: string;
  readonly type: string;
  /** Whether its name changes with its content, so that it may be kept for good. */
  readonly isImmutable: boolean;
  readonly etag: string;
  private readonly bytes: Buffer;
  private readonly compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(path: string, bytes: Buffer) {
    this.path = path;
    this.bytes = bytes;
    this.type = TYPES[extname(path === "/" ? "index.html" : path)] ?? "application/octet-stream";
    this.isImmutable = path.startsWith("/assets/");
    this.etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  }

  /** The file as the client takes it: `accepted` is its Accept-Encoding. */
  async content(accepted: string): Promise<{ body: Uint8Array<ArrayBuffer>; encoding?: Encoding }> {
    const names = accepted.split(",").map((each) => each.split(";")[0]!.trim());
    const encoding = (["br", "gzip"] as const).find((each) => names.includes(each));
    const isText = /^text|svg/.test(this.type) && this.bytes.length >= LEAST_COMPRESSED;
    if (encoding === undefined || !isText) return { body: new Uint8Array(this.bytes) };
    const compressed = this.compressed.get(encoding) ?? encodings[encoding](this.bytes);
    this.compressed.set(encoding, compressed);
    return { body: new Uint8Array(await compressed), encoding };
  }
}

/** The files of a build; undefined where there is none. */
export function readPageFiles(folder: string): PageFile[] | undefined {
  if (!existsSync(join(folder, "index.html"))) return undefined;
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  return names.map((name) => new PageFile(name === "index.html" ? "/" : `/${name}`, readFileSync(join(folder, name))));
}
