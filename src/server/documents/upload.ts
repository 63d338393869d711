/** Documents as requests bring them, and as answers send them. */

import { UsageError } from "../../base/errors.ts";
import { type DocumentFormat, formatOfDocument } from "../../documents/document-formats.ts";
import type { ServerContext } from "../http/client.ts";
import { readFields } from "../http/request-fields.ts";
import { RequestError } from "../request-error.ts";
import type { DocumentJob } from "./document-job.ts";
import type { DocumentStore } from "./document-store.ts";

/** Bytes of a form's other parts. */
const FORM_BYTES = 65_536;
/** Characters of a file's name that are kept. */
const MOST_NAME = 200;

/** A form with a document. */
export interface Upload {
  /** Its other parts. */
  fields: Record<string, unknown>;
  name: string;
  format: DocumentFormat;
  bytes: Uint8Array;
}

/**
 * Reads a form of parts with a document, for which room is kept while it comes in. A part `filename` stands for the file's own name. Throws RequestError: 400 without a file and for formats that
 * can't be read, and as `DocumentStore.reserve`.
 */
export async function readUpload(c: ServerContext, store: DocumentStore): Promise<Upload> {
  const most = store.limits.bytes;
  const said = Number(c.req.header("content-length") ?? most);
  const release = store.reserve(Math.max(said - FORM_BYTES, Math.min(said, most)));
  try {
    c.set("bodyLimit", most + FORM_BYTES);
    const { file, ...fields } = await readFields(c);
    if (!(file instanceof File)) {
      throw new RequestError(400, "Invalid request: missing file parameter.", {
        nextStep: "Send a form of parts (multipart/form-data) with the document as file.",
      });
    }
    // Without a Content-Length it may be a little more than is allowed.
    store.checkSize(file.size);
    const name = typeof fields["filename"] === "string" && fields["filename"] !== "" ? fields["filename"] : file.name;
    return { fields, ...describeFile(name), bytes: new Uint8Array(await file.arrayBuffer()) };
  } finally {
    release();
  }
}

/** The file's name without folders, and its format by the ending. */
function describeFile(name: string): { name: string; format: DocumentFormat } {
  const last = name.split(/[\\/]/).at(-1)!;
  const plain = [...last.replace(/\p{Cc}/gu, "")].slice(-MOST_NAME).join("");
  try {
    return { name: plain, format: formatOfDocument(plain) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new RequestError(400, error.message, { nextStep: error.nextStep!, cause: error });
  }
}

/** The translation as a file to save; `onSent` is called once the client has all of it. */
export function sendDocument(c: ServerContext, job: DocumentJob, bytes: Uint8Array, onSent: () => void): Response {
  c.env?.outgoing?.once("finish", onSent);
  return c.body(Uint8Array.from(bytes), 200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": contentDisposition(job.translatedName),
    "Content-Length": String(bytes.length),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
}

/**
 * A name for the file that is saved (RFC 6266): in ASCII, and as it is (RFC 8187).
 *
 * @example
 * contentDisposition("Ü.md"); // attachment; filename="_.md"; filename*=UTF-8''%C3%9C.md
 */
function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`;
}
