/** Mistakes in documents that the server translates. */
import type { Mutation } from "../mutation.ts";

const folder = "test/server/documents";
const store = { file: "src/server/documents/document-store.ts", tests: [`${folder}/document-store.test.ts`] };
const portions = { file: "src/server/documents/portions.ts", tests: [`${folder}/portions.test.ts`] };
const admission = { file: "src/server/queue/admission.ts", tests: ["test/server/queue/admission.test.ts"] };
const upload = { file: "src/server/documents/upload.ts", tests: [`${folder}/translate-file.test.ts`] };
const job = { file: "src/server/documents/translate-job.ts", tests: [folder] };
const deepl = { file: "src/server/deepl/document-routes.ts", tests: [`${folder}/deepl-documents.test.ts`] };
const libre = { file: "src/server/libretranslate/file-routes.ts", tests: [`${folder}/translate-file.test.ts`] };

export const serverDocumentMutations: readonly Mutation[] = [
  {
    ...store,
    name: "one client has all documents that are translated",
    find: "this.runningOf(upload.client) < MOST_OF_CLIENT",
    replace: "this.runningOf(upload.client) < MOST_AT_ONCE",
  },
  {
    ...store,
    name: "documents of a client without end",
    find: "open.length >= MOST",
    replace: "open.length > 10 * MOST",
  },
  {
    ...store,
    name: "uploads that come in take no room",
    find: "this.reserved += bytes;",
    replace: "this.reserved += 0;",
  },
  {
    ...store,
    name: "a document's time never ends",
    find: "if (!job.isOpen) return this.remove(job);",
    replace: "if (job.isOpen) return;\n      return this.remove(job);",
  },
  {
    ...store,
    name: "a translation has what is left of its document's time",
    find: "if (this.jobs.has(job.id)) this.expireLater(job);",
    replace: "",
  },
  {
    ...store,
    name: "a document that waits and is not wanted begins",
    find: "this.waiting = this.waiting.filter((each) => each !== job);\n    job.fail(reason);",
    replace: "job.fail(reason);",
  },
  {
    ...store,
    name: "a server that stops takes documents",
    find: "if (this.closed) {",
    replace: "if (this.closed && bytes === 0) {",
  },
  {
    ...store,
    name: "a server that stops does not wait for what is to be fetched",
    find: 'state.kind === "done" && !fetched',
    replace: 'state.kind === "done" && fetched',
  },
  {
    ...store,
    name: "a server that stops waits for ever",
    find: "isOver = true;",
    replace: "isOver = false;",
    tests: [`${folder}/deepl-documents.test.ts`, `${folder}/document-store.test.ts`],
  },
  {
    file: "src/server/documents/document-job.ts",
    tests: [`${folder}/document-store.test.ts`],
    name: "the time left is that of all lines",
    find: "(lines.all - lines.done)",
    replace: "lines.all",
  },
  {
    ...portions,
    name: "a document is one portion",
    find: "characters + line.text.length > mostCharacters || portions.at(-1)!.length === LINES",
    replace: "portions.length === 0",
  },
  {
    ...portions,
    name: "all portions at once",
    find: "new Turns(AT_ONCE)",
    replace: "new Turns(1000)",
  },
  {
    ...portions,
    name: "a portion that can't be translated now fails the document",
    find: "tried === RETRIES",
    replace: "tried >= 0",
  },
  {
    ...admission,
    name: "a document that waits for room never gets it",
    find: "const promised = this.roomWaiters[0]?.characters ?? 0;",
    replace: "const promised = 0;",
  },
  {
    ...admission,
    name: "a document larger than all room waits for ever",
    find: "this.held > 0 && this.held + first",
    replace: "this.held + first",
  },
  {
    ...admission,
    name: "who leaves leaves the others waiting",
    find: "reject(signal.reason);\n        this.letIn();",
    replace: "reject(signal.reason);",
  },
  {
    file: "src/server/queue/rate-limit.ts",
    tests: ["test/server/queue/admission.test.ts"],
    name: "texts of a document cost nothing",
    find: "this.buckets.set(client, { tokens: tokens - texts, at: now });\n  }\n\n  private tokensOf",
    replace: "this.buckets.set(client, { tokens, at: now });\n  }\n\n  private tokensOf",
  },
  {
    ...upload,
    name: "a file's name has folders",
    find: "name.split(/[\\\\/]/).at(-1)!",
    replace: "name",
  },
  {
    ...upload,
    name: "a translation's name is in ASCII alone",
    find: "; filename*=UTF-8''${whole}`",
    replace: "`",
  },
  { ...job, name: "as much text as there is", find: "limits.characters > 0 &&", replace: "limits.characters < 0 &&" },
  {
    ...job,
    name: "a Word document unpacks to anything",
    find: "mostUnpacked: limits.bytes * UNPACKED",
    replace: "mostUnpacked: 2 ** 28",
  },
  {
    ...job,
    name: "a line that is too long fails the document",
    find: "leavesTooLong: true,",
    replace: "leavesTooLong: false,",
  },
  {
    ...deepl,
    name: "anybody's document for its number",
    find: "if (job?.key === fields.document_key) return job;",
    replace: "if (job) return job;",
  },
  {
    ...deepl,
    name: "a translation can be fetched again and again",
    find: "state.bytes, () => documents.remove(job));",
    replace: "state.bytes, () => {});",
  },
  {
    ...deepl,
    name: "documents are not counted",
    find: "count(client, job.characters)",
    replace: "count(client, 0)",
  },
  {
    ...libre,
    name: "a document of a client that has gone is translated",
    find: 'gone.addEventListener("abort", onGone, { once: true });',
    replace: "",
  },
  {
    file: "src/server/models/model-pool.ts",
    tests: ["test/server/models/model-pool.test.ts", `${folder}/deepl-documents.test.ts`],
    name: "a model that is loaded while the server stops lets lines wait",
    find: "if (this.isHurried) served.queue.hurry();",
    replace: "",
  },
];
