/** Writes small .tar.gz archives for tests: ustar headers, long names by pax. */
import { gzipSync } from "node:zlib";

export function tarGz(files: Record<string, string | Uint8Array>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => entries(path, Buffer.from(content)));
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

function entries(path: string, body: Buffer): Buffer[] {
  if (path.length <= 100) return [header(path, body.length, "0"), padded(body)];
  const record = ` path=${path}\n`;
  const digits = String(record.length + 3);
  const pax = Buffer.from(`${digits}${record}`);
  return [
    header("PaxHeader", pax.length, "x"),
    padded(pax),
    header(path.slice(0, 100), body.length, "0"),
    padded(body),
  ];
}

function header(path: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(path, 0, 100);
  block.write(`${size.toString(8).padStart(11, "0")} `, 124);
  block.fill(" ", 148, 156);
  block.write(type, 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
