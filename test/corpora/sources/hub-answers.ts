/** The Hub as a local server has it: repositories made here, and its interface's answers about them. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { HostAnswer } from "./host-server.ts";

export interface Repository {
  /** By path. Parquet files are large ones, whose checksums are told. */
  files: Record<string, Uint8Array | string>;
  cardData?: unknown;
  /** Who may read it: any but a holder of this token is refused. */
  token?: string;
  gated?: string;
  /** Files of the Hub's own conversion. */
  converted?: Record<string, Uint8Array>;
}

export const commitOf = (name: string, branch = "main") => createHash("sha1").update(`${name} ${branch}`).digest("hex");

/** Answers to `huggingface.co/…`; a file is answered by a redirect to another host, as there. */
export function hubAnswer(repositories: Record<string, Repository>) {
  return (address: URL, request: IncomingMessage): HostAnswer | undefined => {
    const { host, pathname } = address;
    const token = request.headers.authorization;
    if (host === "cdn.example.org") {
      if (token !== undefined) return { status: 400 };
      const [name, branch, path] = JSON.parse(decodeURIComponent(pathname.slice(1))) as [string, string, string];
      const { files, converted = {} } = repositories[name]!;
      return branch === "main" ? files[path] : converted[path];
    }
    const [, name, revision] = /^\/api\/datasets\/(.+)\/revision\/([^/]+)$/.exec(pathname) ?? [];
    if (name !== undefined) return infoOf(repositories, name, decodeURIComponent(revision!), token);
    const [, owned, commit, path] = /^\/datasets\/(.+)\/resolve\/([\da-f]{40})\/(.+)$/.exec(pathname) ?? [];
    if (owned === undefined || repositories[owned] === undefined) return undefined;
    const needed = repositories[owned].token;
    if (needed !== undefined && token !== `Bearer ${needed}`) return { status: 403 };
    const branch = ["main", "refs/convert/parquet"].find((each) => commitOf(owned, each) === commit);
    if (branch === undefined) return undefined;
    const place = encodeURIComponent(JSON.stringify([owned, branch, decodeURIComponent(path!)]));
    const mirror = `http://${request.headers.host}`;
    // Of the same server under another name, so that it counts as another host.
    return {
      status: 302,
      headers: { location: `${mirror.replace("127.0.0.1", "localhost")}/cdn.example.org/${place}` },
    };
  };
}

function infoOf(repositories: Record<string, Repository>, name: string, branch: string, token?: string): HostAnswer {
  const repository = repositories[name];
  if (repository === undefined) return { status: 401, headers: { "x-error-code": "RepoNotFound" } };
  const { files, converted, cardData, gated, token: needed } = repository;
  if (needed !== undefined && gated === undefined && token !== `Bearer ${needed}`) return { status: 401 };
  const held = branch === "main" ? files : branch === "refs/convert/parquet" ? converted : undefined;
  if (held === undefined) return { status: 404, headers: { "x-error-code": "RevisionNotFound" } };
  return JSON.stringify({
    _id: "x",
    id: name,
    sha: commitOf(name, branch),
    private: false,
    gated: gated ?? false,
    cardData: cardData ?? null,
    siblings: Object.entries(held).map(([rfilename, content]) => ({
      rfilename,
      blobId: "0".repeat(40),
      size: Buffer.from(content as string).length,
      ...(rfilename.endsWith(".parquet") && {
        lfs: { sha256: createHash("sha256").update(content).digest("hex"), size: content.length, pointerSize: 130 },
      }),
    })),
  });
}
