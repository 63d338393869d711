/** A request that a server must refuse, as the bytes that go over a connection, and when. */
import type { Random } from "../../../src/base/random.ts";

export interface MalformedRequest {
  /** What is wrong with it. */
  damage: string;
  /** Sent one after another. */
  pieces: Buffer[];
  /** Milliseconds between two pieces. */
  pause: number;
  /** What happens once all is sent: the answer is waited for, or the sender is done sending, or gone. */
  end: "wait" | "done" | "gone";
  /** Whether HTTP itself is in order, so that the connection goes on after the answer. */
  isFramed: boolean;
}

export interface RequestParts {
  method?: string;
  path: string;
  /** Lines of the head besides Host and Content-Length. */
  headers?: readonly string[];
  body?: Uint8Array | string;
}

/** A request in order, with its length. */
export function framed(damage: string, { method = "POST", path, headers = [], body = "" }: RequestParts) {
  const bytes = Buffer.from(body);
  const head = [`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers, `Content-Length: ${bytes.length}`, "", ""];
  return whole(damage, Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), bytes]));
}

/** Bytes that are sent at once and keep the connection in order. */
export function whole(damage: string, bytes: Buffer): MalformedRequest {
  return { damage, pieces: [bytes], pause: 0, end: "wait", isFramed: true };
}

/** Bytes that are no request: the connection is over after them. */
export function unframed(damage: string, text: string, end: MalformedRequest["end"] = "done"): MalformedRequest {
  return { damage, pieces: [Buffer.from(text, "latin1")], pause: 0, end, isFramed: false };
}

/** The same bytes, a few at a time. */
export function slowly(request: MalformedRequest, random: Random): MalformedRequest {
  const bytes = Buffer.concat(request.pieces);
  const count = 2 + random.integer(12);
  const cuts = Array.from({ length: count - 1 }, () => random.integer(bytes.length + 1)).sort((a, b) => a - b);
  const pieces = [...cuts, bytes.length].map((cut, i) => bytes.subarray(i === 0 ? 0 : cuts[i - 1], cut));
  return { ...request, damage: `${request.damage}, slowly`, pieces, pause: random.integer(20) };
}

/** One of the list. */
export function choice<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)]!;
}

export const JSON_TYPE = "Content-Type: application/json";
export const FORM_TYPE = "Content-Type: application/x-www-form-urlencoded";
