/** /docs: the server's interfaces, for people. */
import type { ServedApp } from "../http/served-app.ts";
import { type ApiDocument, referencePage } from "./reference-page.ts";

/** Nothing is fetched, and nothing runs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** `describe`: the OpenAPI document, once all routes are there. */
export function addReferencePage(app: ServedApp, describe: () => object): void {
  let page: string | undefined;
  app.get("/docs", (c) => {
    page ??= referencePage(describe() as ApiDocument);
    return c.html(page, 200, { "Content-Security-Policy": POLICY });
  });
}
