/** Writes small .zip, .deb and .mo files for tests. */
import { crc32, deflateRawSync } from "node:zlib";

/** Deflated members, or stored ones. */
export function zip(files: Record<string, string | Uint8Array>, stored = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, content] = [Buffer.from(path), Buffer.from(text as string)];
    const body = stored ? content : deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(stored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, name, body]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, rest, name]));
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

/** An `ar` archive of members, as a .deb is. */
export function ar(members: Record<string, Uint8Array>): Buffer {
  const parts = [Buffer.from("!<arch>\n")];
  for (const [name, body] of Object.entries(members)) {
    const header = `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(body.length).padEnd(10)}\`\n`;
    parts.push(Buffer.from(header), Buffer.from(body), Buffer.alloc(body.length % 2, "\n"));
  }
  return Buffer.concat(parts);
}

/** A gettext catalogue of raw originals and translations. */
export function mo(messages: [string, string][], order: "LE" | "BE" = "LE", header = ""): Buffer {
  const first: [string, string] = ["", `Content-Type: text/plain; charset=UTF-8\n${header}`];
  const all = [first, ...messages].map((pair) => pair.map((text) => Buffer.from(text)));
  const words = Buffer.alloc(28 + 16 * all.length);
  const put = (value: number, at: number) =>
    order === "LE" ? words.writeUInt32LE(value, at) : words.writeUInt32BE(value, at);
  [0x950412de, 0, all.length, 28, 28 + 8 * all.length, 0, 0].forEach((value, i) => {
    put(value, 4 * i);
  });
  const texts: Buffer[] = [];
  let at = words.length;
  for (const side of [0, 1]) {
    for (const [i, pair] of all.entries()) {
      put(pair[side]!.length, 28 + 8 * (side * all.length + i));
      put(at, 28 + 8 * (side * all.length + i) + 4);
      texts.push(pair[side]!, Buffer.alloc(1));
      at += pair[side]!.length + 1;
    }
  }
  return Buffer.concat([words, ...texts]);
}
