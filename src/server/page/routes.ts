/** Serves the page at `/`. It asks nobody but this server for anything, and no other page may show it inside itself. */
import type { ServerContext } from "../http/client.ts";
import type { ServedApp } from "../http/served-app.ts";
import { RequestError } from "../request-error.ts";
import { type PageFile, readPageFiles } from "./page-files.ts";

/** What browsers let the page do. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const SECURITY: Readonly<Record<string, string>> = {
  "Content-Security-Policy": POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Files that may be kept for good; others are asked for each time, which costs a 304. */
const FOR_GOOD = "public, max-age=31536000, immutable";
const ASK_AGAIN = "no-cache";

/** `folder`: where the page's build lies. Where there is none, `/` says so. */
export function addPageRoutes(app: ServedApp, folder: string): void {
  const files = readPageFiles(folder);
  if (files === undefined) {
    app.get("/", () => {
      throw new RequestError(404, "The page of this server was not built.", {
        nextStep: "Run npm run build where it is installed. The interfaces work: GET /openapi.json lists them.",
      });
    });
  }
  for (const file of files ?? []) app.get(file.path, (c) => send(c, file));
}

async function send(c: ServerContext, file: PageFile): Promise<Response> {
  const headers: Record<string, string> = {
    ...SECURITY,
    ETag: file.etag,
    Vary: "Accept-Encoding",
    "Cache-Control": file.isImmutable ? FOR_GOOD : ASK_AGAIN,
  };
  if (
    c.req
      .header("if-none-match")
      ?.split(/\s*,\s*/)
      .includes(file.etag)
  )
    return c.body(null, 304, headers);
  const { body, encoding } = await file.content(c.req.header("accept-encoding") ?? "");
  return c.body(body, 200, {
    ...headers,
    "Content-Type": file.type,
    ...(encoding && { "Content-Encoding": encoding }),
  });
}
