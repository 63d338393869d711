/** Members of a zip file in memory (PKWARE APPNOTE), replaced without touching the others' bytes. */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { DataError } from "../base/errors.ts";

interface Member {
  name: string;
  flags: number;
  /** 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** Of its local header. */
  offset: number;
  /** Its entry in the central directory. */
  entry: Buffer;
}

const END = 0x06054b50;
const END_SIZE = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;
const LOCAL = 0x04034b50;
const LOCAL_SIZE = 30;
/** No part of a text document is larger. */
const MOST_BYTES = 2 ** 28;

export class ZipMembers {
  private readonly file: Buffer;
  private readonly path: string;
  private readonly end: number;
  private readonly directory: number;
  private readonly members: Member[];

  /** Throws DataError where the directory is damaged. */
  constructor(bytes: Uint8Array, path: string) {
    this.file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.path = path;
    this.end = this.findEnd();
    this.directory = this.file.readUInt32LE(this.end + 16);
    this.members = this.readDirectory(this.file.readUInt16LE(this.end + 10));
  }

  get names(): string[] {
    return this.members.map(({ name }) => name);
  }

  /** Throws DataError where it does not unpack to what the directory says. */
  content(name: string): Buffer {
    const member = this.members.find((each) => each.name === name)!;
    const where = `${this.path}, ${name}`;
    if ((member.flags & 1) !== 0) throw this.damaged("it is encrypted", where);
    if (member.method !== 0 && member.method !== 8)
      throw this.damaged(`it is packed by method ${member.method}`, where);
    if (member.size > MOST_BYTES) throw this.damaged(`it has ${member.size} bytes unpacked`, where);
    const packed = this.file.subarray(this.dataOf(member), this.dataOf(member) + member.packedSize);
    const content = member.method === 0 ? packed : this.inflate(packed, member.size, where);
    if (content.length !== member.size || crc32(content) !== member.crc)
      throw this.damaged("its checksum or size differs", where);
    return content;
  }

  /** The file with other contents of some members; the rest of it, order included, as it was. */
  withContents(contents: ReadonlyMap<string, Uint8Array>): Buffer {
    const byOffset = [...this.members].sort((a, b) => a.offset - b.offset);
    const out: Buffer[] = [this.file.subarray(0, byOffset[0]?.offset ?? this.directory)];
    const entries = new Map<Member, Buffer>();
    let at = out[0]!.length;
    for (const [i, member] of byOffset.entries()) {
      const next = byOffset[i + 1]?.offset ?? this.directory;
      const entry = Buffer.from(member.entry);
      const content = contents.get(member.name);
      const bytes =
        content === undefined ? this.file.subarray(member.offset, next) : this.packed(member, content, entry);
      entry.writeUInt32LE(at, 42);
      entries.set(member, entry);
      out.push(bytes);
      at += bytes.length;
    }
    const directory = this.members.map((member) => entries.get(member)!);
    const end = Buffer.from(this.file.subarray(this.end));
    end.writeUInt32LE(
      directory.reduce((sum, { length }) => sum + length, 0),
      12,
    );
    end.writeUInt32LE(at, 16);
    return Buffer.concat([...out, ...directory, end]);
  }

  /** Local header and data of new content; the directory's entry is altered to match. */
  private packed(member: Member, content: Uint8Array, entry: Buffer): Buffer {
    const data = deflateRawSync(content);
    const header = Buffer.from(this.file.subarray(member.offset, this.dataOf(member)));
    // Flag 8, sizes after the data, goes: they are in the header.
    for (const [bytes, at] of [
      [header, 6],
      [entry, 8],
    ] as const) {
      bytes.writeUInt16LE(member.flags & ~8, at);
      bytes.writeUInt16LE(8, at + 2);
      bytes.writeUInt32LE(crc32(content), at + 8);
      bytes.writeUInt32LE(data.length, at + 12);
      bytes.writeUInt32LE(content.length, at + 16);
    }
    return Buffer.concat([header, data]);
  }

  private findEnd(): number {
    const { file } = this;
    if (file.length > 4 && file.readUInt32BE(0) === 0xd0cf11e0) {
      throw this.damaged(
        "it is a .doc of Word before 2007, or protected by a password",
        this.path,
        "Save it as .docx without a password.",
      );
    }
    for (let at = file.length - END_SIZE; at >= Math.max(0, file.length - END_SIZE - 0xffff); at--) {
      if (file.readUInt32LE(at) === END) return at;
    }
    throw this.damaged("it has no directory, so it is cut off or no zip file");
  }

  private readDirectory(count: number): Member[] {
    const members: Member[] = [];
    const { file, directory, end } = this;
    for (let at = directory; members.length < count; ) {
      if (at + CENTRAL_SIZE > end || file.readUInt32LE(at) !== CENTRAL) {
        throw this.damaged(`its directory breaks off after ${members.length} of ${count} members`);
      }
      const nameEnd = at + CENTRAL_SIZE + file.readUInt16LE(at + 28);
      const next = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
      if (next > end) throw this.damaged("its directory breaks off");
      const [crc, packedSize, size] = [16, 20, 24].map((place) => file.readUInt32LE(at + place)) as [
        number,
        number,
        number,
      ];
      members.push({
        name: file.toString("utf8", at + CENTRAL_SIZE, nameEnd),
        flags: file.readUInt16LE(at + 8),
        method: file.readUInt16LE(at + 10),
        crc,
        packedSize,
        size,
        offset: file.readUInt32LE(at + 42),
        entry: file.subarray(at, next),
      });
      at = next;
    }
    this.checkApart(members);
    return members;
  }

  private checkApart(members: readonly Member[]): void {
    const byOffset = [...members].sort((a, b) => a.offset - b.offset);
    for (const [i, member] of byOffset.entries()) {
      const next = byOffset[i + 1]?.offset ?? this.directory;
      if (this.dataOf(member) + member.packedSize > next)
        throw this.damaged("it lies over the next member", `${this.path}, ${member.name}`);
    }
    const names = new Set(members.map(({ name }) => name));
    if (names.size < members.length) throw this.damaged("it has two members of one name");
  }

  private dataOf({ offset, name }: Member): number {
    const { file } = this;
    if (offset + LOCAL_SIZE > this.directory || file.readUInt32LE(offset) !== LOCAL) {
      throw this.damaged("its header is not where the directory says", `${this.path}, ${name}`);
    }
    return offset + LOCAL_SIZE + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
  }

  private inflate(packed: Buffer, size: number, where: string): Buffer {
    try {
      return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
    } catch (cause) {
      throw this.damaged(`it does not unpack: ${(cause as Error).message}`, where, undefined, cause);
    }
  }

  private damaged(
    why: string,
    where = this.path,
    nextStep = "Fetch or save the file again.",
    cause?: unknown,
  ): DataError {
    return new DataError(`The file cannot be read: ${why}.`, { where, nextStep, cause });
  }
}
