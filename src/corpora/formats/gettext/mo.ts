/** Reads GNU gettext message catalogues (.mo): pairs of an English message and its translation (gettext manual, 10.3). */
import { isUtf8 } from "node:buffer";
import { DataError } from "../../../base/errors.ts";

export interface CatalogueMessage {
  /** Set where the same English text has several meanings. */
  context?: string;
  /** One text, or singular and plural. */
  english: string[];
  /** One text, or one for each plural form. */
  translation: string[];
}

const MAGIC = 0x950412de;

/** Every message but the header. Throws DataError where the file is damaged or its character set is unknown. */
export function readCatalogue(bytes: Uint8Array, name: string): CatalogueMessage[] {
  return readMessages(bytes, name).filter(({ english, context }) => english[0] !== "" || context !== undefined);
}

/** Every message; the translation of an empty one without a context is the header. Throws likewise. */
export function readMessages(bytes: Uint8Array, name: string): CatalogueMessage[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = byteOrder(file, name);
  if (word(4) >>> 16 > 1) throw damaged(name, `its revision is ${word(4) >>> 16}`);
  const count = word(8);
  const [originals, translations] = [word(12), word(16)];
  const text = (table: number, i: number): Uint8Array => {
    const [length, at] = [word(table + 8 * i), word(table + 8 * i + 4)];
    if (at + length > file.length) throw damaged(name, `message ${i} lies outside the file`);
    return file.subarray(at, at + length);
  };
  if (Math.max(originals, translations) + 8 * count > file.length)
    throw damaged(name, "its tables lie outside the file");
  const decode = decoder(count === 0 ? "" : charset(text(originals, 0), text(translations, 0)), name);
  const messages: CatalogueMessage[] = [];
  for (let i = 0; i < count; i++) {
    const original = decode(text(originals, i));
    const mark = original.indexOf("\u0004");
    messages.push({
      ...(mark < 0 ? {} : { context: original.slice(0, mark) }),
      english: original.slice(mark + 1).split("\0"),
      translation: decode(text(translations, i)).split("\0"),
    });
  }
  return messages;
}

/** Reads 32-bit numbers in the order of bytes that the magic number shows. */
function byteOrder(file: Buffer, name: string): (at: number) => number {
  const little = file.length >= 20 && file.readUInt32LE(0) === MAGIC;
  if (!little && (file.length < 20 || file.readUInt32BE(0) !== MAGIC)) throw damaged(name, "it does not begin as one");
  return (at) => {
    if (at + 4 > file.length) throw damaged(name, "its tables lie outside the file");
    return little ? file.readUInt32LE(at) : file.readUInt32BE(at);
  };
}

/** The character set that the header, the translation of the empty message, names. */
function charset(first: Uint8Array, header: Uint8Array): string {
  if (first.length > 0) return "";
  return /charset=([\w.:-]+)/i.exec(Buffer.from(header).toString("latin1"))?.[1] ?? "";
}

function decoder(label: string, name: string): (bytes: Uint8Array) => string {
  let text: InstanceType<typeof TextDecoder>;
  try {
    text = new TextDecoder(label === "" || label === "CHARSET" ? "utf-8" : label);
  } catch (cause) {
    throw damaged(name, `its character set ${label} is unknown`, cause);
  }
  return (bytes) => {
    if (text.encoding === "utf-8" && !isUtf8(bytes)) throw damaged(name, "a message is not valid UTF-8");
    return text.decode(bytes);
  };
}

function damaged(name: string, why: string, cause?: unknown): DataError {
  return new DataError(`The message catalogue cannot be read: ${why}.`, {
    where: name,
    nextStep: "Fetch its package again.",
    cause,
  });
}
