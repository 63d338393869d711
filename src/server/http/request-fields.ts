/** Parameters of a request, from its query and its body: JSON, a form, or a form of parts. */
import type { z } from "zod";
import { RequestError } from "../request-error.ts";
import type { ServerContext } from "./client.ts";

/**
 * Parameters by name; those of the body stand for those of the query. Of a repeated one the first counts, but all, as an array, of those
 * named in `lists`, where the request is no JSON. Throws RequestError 400 for a body that cannot be read.
 */
export async function readFields(c: ServerContext, lists: readonly string[] = []): Promise<Record<string, unknown>> {
  const { search, searchParams } = new URL(c.req.url);
  checkPercentEncoding(search);
  const query = formFields(searchParams, lists);
  if (c.req.method === "GET" || c.req.method === "HEAD") return query;
  return { ...query, ...(await bodyFields(c, lists)) };
}

async function bodyFields(c: ServerContext, lists: readonly string[]): Promise<Record<string, unknown>> {
  const type = c.req.header("content-type") ?? "";
  const bytes = await readBody(c, c.get("bodyLimit"));
  if (/^multipart\/form-data/i.test(type)) {
    try {
      return formFields(await new Response(bytes, { headers: { "content-type": type } }).formData(), lists);
    } catch (error) {
      throw unreadable("The body is not a form of parts.", error);
    }
  }
  const text = decodeText(bytes);
  if (/json/i.test(type) || (!/urlencoded/i.test(type) && text.trimStart().startsWith("{"))) {
    return jsonFields(text);
  }
  checkPercentEncoding(text);
  return formFields(new URLSearchParams(text), lists);
}

/** Throws RequestError 400 for bytes that are no UTF-8: a translation of replacement characters helps nobody. */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RequestError(400, "The request is not UTF-8.", { nextStep: "Send text in UTF-8.", cause: error });
  }
}

/** The same of what is written as %E4 and the like in a query or a form. A % that is followed by something else stands for itself. */
function checkPercentEncoding(text: string): void {
  for (const [run] of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeText(Buffer.from(run.replaceAll("%", ""), "hex"));
}

/** Throws RequestError 413 before more than `limit` bytes are kept. */
async function readBody(c: ServerContext, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new RequestError(413, `The request is larger than ${limit} bytes.`, {
      nextStep: "Send the text in several requests.",
    });
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(c)) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Of the connection itself where there is one: a Request of the web's kind is slow to make. */
function bodyChunks(c: ServerContext): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  // What is not read of a body that is too large must not break the connection before its answer.
  return c.env?.incoming?.iterator({ destroyOnReturn: false }) ?? c.req.raw.body ?? [];
}

function jsonFields(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable("The body is not JSON.", error);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new RequestError(400, "The body is not a JSON object.", { nextStep: "Send an object of parameters." });
}

function formFields(form: FormData | URLSearchParams, lists: readonly string[]): Record<string, unknown> {
  const names = [...new Set(form.keys())];
  return Object.fromEntries(names.map((name) => [name, lists.includes(name) ? form.getAll(name) : form.get(name)]));
}

function unreadable(message: string, cause: unknown): RequestError {
  return new RequestError(400, message, {
    nextStep: "Send JSON with content-type application/json, or a form.",
    cause,
  });
}

/** The parameters as the schema gives them. Throws RequestError 400, naming the first one that is wrong. */
export function checkFields<Schema extends z.ZodType>(
  schema: Schema,
  fields: Record<string, unknown>,
): z.output<Schema> {
  const checked = schema.safeParse(fields);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  const [name] = issue.path;
  if (name !== undefined && fields[String(name)] === undefined) {
    throw new RequestError(400, `Invalid request: missing ${String(name)} parameter.`);
  }
  throw new RequestError(400, `Invalid request: ${issue.path.join(".")}: ${issue.message}.`);
}
