/** Parameters of a request, from its query and its body: JSON, a form, or a form of parts. */
import type { Context } from "hono";
import type { z } from "zod";
import { RequestError } from "../request-error.ts";

/**
 * Parameters by name; those of the body stand for those of the query. Of a repeated one the first counts, but all, as an array, of those
 * named in `lists`, where the request is no JSON. Throws RequestError 400 for a body that cannot be read.
 */
export async function readFields(c: Context, lists: readonly string[] = []): Promise<Record<string, unknown>> {
  const query = formFields(new URL(c.req.url).searchParams, lists);
  if (c.req.method === "GET" || c.req.method === "HEAD") return query;
  return { ...query, ...(await bodyFields(c, lists)) };
}

async function bodyFields(c: Context, lists: readonly string[]): Promise<Record<string, unknown>> {
  const type = c.req.header("content-type")?.toLowerCase() ?? "";
  if (type.startsWith("multipart/form-data")) {
    try {
      return formFields(await c.req.formData(), lists);
    } catch (error) {
      throw unreadable("The body is not a form of parts.", error);
    }
  }
  const text = await c.req.text();
  if (type.includes("json") || (!type.includes("urlencoded") && text.trimStart().startsWith("{"))) {
    return jsonFields(text);
  }
  return formFields(new URLSearchParams(text), lists);
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
