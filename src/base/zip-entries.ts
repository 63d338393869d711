/** The central directory of a zip file (PKWARE APPNOTE): which members it has, and where. */

/** A member as the directory describes it. */
export interface ZipEntry {
  path: string;
  flags: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** Byte of the file at which its local header begins. */
  offset: number;
  /** Its further fields, such as 64-bit sizes. */
  extra: Buffer;
  /** The entry itself. */
  bytes: Buffer;
}

/** Bytes of the record at the end of a file, before its comment. */
export const ZIP_END_SIZE = 22;
/** Bytes of a comment behind it, at most. */
export const ZIP_COMMENT_SIZE = 0xffff;

const LOCAL = 0x04034b50;
/** Bytes of it before name and extra fields, whose lengths stand in the last four. */
export const ZIP_LOCAL_SIZE = 30;

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;

/** Place of the end record in the last bytes of a file; undefined where there is none. */
export function zipEnd(tail: Buffer): number | undefined {
  const first = Math.max(0, tail.length - ZIP_END_SIZE - ZIP_COMMENT_SIZE);
  for (let at = tail.length - ZIP_END_SIZE; at >= first; at--) if (tail.readUInt32LE(at) === END) return at;
  return undefined;
}

/** The entries of a directory of `count` members, in its order. Throws what `damaged` makes of the reason where it breaks off. */
export function zipEntries(directory: Buffer, count: number, damaged: (why: string) => Error): ZipEntry[] {
  const found: ZipEntry[] = [];
  for (let at = 0; found.length < count; ) {
    if (at + CENTRAL_SIZE > directory.length || directory.readUInt32LE(at) !== CENTRAL) {
      throw damaged(`its directory breaks off after ${found.length} of ${count} files`);
    }
    const lengths = [28, 30, 32].map((place) => directory.readUInt16LE(at + place)) as [number, number, number];
    const nameEnd = at + CENTRAL_SIZE + lengths[0];
    const extraEnd = nameEnd + lengths[1];
    const end = extraEnd + lengths[2];
    if (end > directory.length) throw damaged("its directory breaks off");
    found.push({
      path: directory.toString("utf8", at + CENTRAL_SIZE, nameEnd),
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
      extra: directory.subarray(nameEnd, extraEnd),
      bytes: directory.subarray(at, end),
    });
    at = end;
  }
  return found;
}

/** Why a member cannot be unpacked here; undefined where it can. */
export function zipObstacle({ flags, method }: Pick<ZipEntry, "flags" | "method">): string | undefined {
  if ((flags & 1) !== 0) return "it is encrypted";
  return method === 0 || method === 8 ? undefined : `it is packed by method ${method}`;
}

/** Bytes from the beginning of a local header to the member's data; undefined where it is no local header. */
export function zipDataStart(header: Buffer): number | undefined {
  if (header.readUInt32LE(0) !== LOCAL) return undefined;
  return ZIP_LOCAL_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
}
