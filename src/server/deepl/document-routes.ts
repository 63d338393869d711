/** Documents in DeepL's interface: /v2/document takes one, then tells how far it is, then gives it, once. */
import { formatError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { documentError } from "../documents/document-error.ts";
import type { DocumentJob } from "../documents/document-job.ts";
import { WITHDRAWN } from "../documents/document-store.ts";
import { noRoute } from "../documents/translate-job.ts";
import { readUpload, sendDocument } from "../documents/upload.ts";
import { goneSignal, type ServerContext } from "../http/client.ts";
import { checkFields, readFields } from "../http/request-fields.ts";
import { addRoute, type RouteParts, type ServedApp } from "../http/served-app.ts";
import { RequestError } from "../request-error.ts";
import { handleFields, statusAnswer, uploadAnswer, uploadFields } from "./document-schemas.ts";
import { keyOf, languagesOf, refuseMissingFeatures } from "./request.ts";
import { requestedGlossaries } from "./requested-glossaries.ts";
import { refusal } from "./schemas.ts";

/** Seconds after which a translation may be there. */
const RETRY_AFTER = 2;

/** `count`: told of the characters that a client had translated. */
export function addDocumentRoutes(
  app: ServedApp,
  parts: RouteParts,
  count: (client: string, characters: number) => void,
): void {
  addRoute(app, {
    methods: ["post"],
    path: "/v2/document",
    summary: "Upload a document to translate",
    fields: uploadFields,
    isUpload: true,
    answer: uploadAnswer,
    refusal,
    handle: (c) => upload(c, parts, count),
  });
  addRoute(app, {
    methods: ["get", "post"],
    path: "/v2/document/:id",
    summary: "Tell how far a document is",
    fields: handleFields,
    answer: statusAnswer,
    refusal,
    handle: async (c) => c.json(statusOf(await jobOf(c, parts))),
  });
  addRoute(app, {
    methods: ["get", "post"],
    path: "/v2/document/:id/result",
    summary: "Fetch a translated document, after which it is forgotten",
    fields: handleFields,
    answer: "file",
    refusal,
    handle: async (c) => result(c, await jobOf(c, parts), parts),
  });
}

async function upload(
  c: ServerContext,
  parts: RouteParts,
  count: (client: string, characters: number) => void,
): Promise<Response> {
  const { documents, gate, catalog } = parts;
  const { fields: given, ...file } = await readUpload(c, documents);
  const fields = checkFields(uploadFields.omit({ file: true }), given);
  const key = keyOf(c, fields.auth_key);
  const { client, charge } = gate.passDocument(c, key, 403);
  refuseMissingFeatures(fields);
  const { source, target } = languagesOf(fields, parts);
  if (source !== undefined && catalog.route(source, target) === undefined) throw noRoute(catalog, source, target);
  const glossaries = await requestedGlossaries(fields, { source, target }, key, parts);
  const ending = /[^.]*$/.exec(file.name)![0].toLowerCase();
  if (fields.output_format && fields.output_format.toLowerCase() !== ending) {
    throw new RequestError(400, `A ${ending} document cannot be given as ${fields.output_format}.`, {
      nextStep: "Leave out output_format: a translation has the format of its document.",
    });
  }
  const job = documents.add({ ...file, client, source, target, glossaries, onRead: charge });
  // A client that did not get the answer will never ask for it: it sends the document again.
  const gone = goneSignal(c);
  if (gone.aborted) documents.remove(job);
  gone.addEventListener("abort", () => documents.remove(job), { once: true });
  job.finished.then(() => count(client, job.characters)).catch((error) => logFault(error, job));
  return c.json({ document_id: job.id, document_key: job.key });
}

async function jobOf(c: ServerContext, { documents, gate }: RouteParts): Promise<DocumentJob> {
  const fields = checkFields(handleFields, await readFields(c));
  gate.pass(c, keyOf(c, fields.auth_key), [], 403);
  const job = documents.find(c.req.param("id") ?? "");
  if (job?.key === fields.document_key) return job;
  throw new RequestError(404, "There is no such document here, or no more.", { nextStep: "Upload it again." });
}

function statusOf(job: DocumentJob) {
  const { state } = job;
  const base = { document_id: job.id };
  switch (state.kind) {
    case "queued":
      return { ...base, status: "queued" };
    case "translating":
      return {
        ...base,
        status: "translating",
        ...(state.secondsLeft !== undefined && { seconds_remaining: state.secondsLeft }),
      };
    case "done":
      return { ...base, status: "done", billed_characters: job.characters };
    case "failed":
      return { ...base, status: "error", error_message: messageOf(state.error) };
  }
}

function result(c: ServerContext, job: DocumentJob, { documents }: RouteParts): Response {
  const { state } = job;
  if (state.kind === "done") return sendDocument(c, job, state.bytes, () => documents.remove(job));
  if (state.kind === "failed") {
    throw new RequestError(400, `The document was not translated: ${messageOf(state.error)}`);
  }
  throw new RequestError(503, "The document is not translated yet.", {
    nextStep: "Ask for its status until that is done.",
    retryAfter: RETRY_AFTER,
  });
}

/** Nobody else is told of a fault of the server's. */
function logFault(error: unknown, { signal }: DocumentJob): void {
  if (!(documentError(error) instanceof RequestError || signal.reason === WITHDRAWN)) {
    log.warn(`a document was not translated: ${formatError(error)}`);
  }
}

/** What is no fault of the document is in the server's log only. */
function messageOf(error: unknown): string {
  const told = documentError(error);
  return told instanceof RequestError ? told.text : "The server could not translate this.";
}
