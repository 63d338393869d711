/** Documents in LibreTranslate's interface: /translate_file, and /download_file for what it gives. */

import { documentError } from "../documents/document-error.ts";
import { readUpload, sendDocument } from "../documents/upload.ts";
import { goneSignal, type ServerContext } from "../http/client.ts";
import { checkFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { knownCode } from "../languages/language-codes.ts";
import { RequestError } from "../request-error.ts";
import { fileAnswer, fileFields, refusal } from "./file-schemas.ts";

/** `trustProxy`: whether addresses are those that a proxy says it was asked by. */
export function addFileRoutes(app: ServedApp, parts: RouteParts, trustProxy: boolean): void {
  addRoute(app, {
    methods: ["post"],
    path: "/translate_file",
    summary: "Translate a document",
    fields: fileFields,
    isUpload: true,
    answer: fileAnswer,
    refusal,
    handle: (c) => translateFile(c, parts, trustProxy),
  });
  addRoute(app, {
    methods: ["get"],
    path: "/download_file/:name",
    summary: "Fetch a translated document",
    answer: "file",
    refusal,
    handle: (c) => downloadFile(c, parts),
  });
}

async function translateFile(c: ServerContext, parts: RouteParts, trustProxy: boolean): Promise<Response> {
  const { documents, gate, catalog } = parts;
  const { fields: given, ...file } = await readUpload(c, documents);
  const fields = checkFields(fileFields.omit({ file: true }), given);
  const { client, charge } = gate.passDocument(c, fields.api_key ?? fields.apiKey ?? undefined, 400);
  const isAuto = fields.source.toLowerCase() === "auto";
  const source = isAuto ? undefined : knownCode(fields.source, catalog.languages, "source");
  const target = knownCode(fields.target, catalog.languages, "target");
  const job = documents.add({ ...file, client, source, target, onRead: charge });
  const gone = goneSignal(c);
  const onGone = () => documents.remove(job, gone.reason);
  gone.addEventListener("abort", onGone, { once: true });
  if (gone.aborted) onGone();
  try {
    await job.finished;
  } catch (error) {
    documents.remove(job);
    throw documentError(error);
  } finally {
    gone.removeEventListener("abort", onGone);
  }
  const name = encodeURIComponent(`${job.id}.${job.translatedName}`);
  return c.json({ translatedFileUrl: `${originOf(c, trustProxy)}/download_file/${name}` });
}

function downloadFile(c: ServerContext, { documents }: RouteParts): Response {
  const [id] = (c.req.param("name") ?? "").split(".");
  const job = documents.find(id!);
  const state = job?.state;
  if (job === undefined || state?.kind !== "done") {
    throw new RequestError(404, "There is no such file here, or no more.", { nextStep: "Send the document again." });
  }
  return sendDocument(c, job, state.bytes, () => documents.markFetched(job));
}

function originOf(c: ServerContext, trustProxy: boolean): string {
  const { protocol, host } = new URL(c.req.url);
  const said = (name: string) => (trustProxy ? c.req.header(name)?.split(",")[0]?.trim() : undefined);
  return `${said("x-forwarded-proto") ?? protocol.replace(":", "")}://${said("x-forwarded-host") ?? host}`;
}
