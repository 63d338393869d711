/** Members of a zip file in memory (PKWARE APPNOTE), replaced without touching the others' bytes. */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { DataError } from "../../base/errors.ts";
import {
  ZIP_LOCAL_SIZE,
  type ZipEntry,
  zipDataStart,
  zipEnd,
  zipEntries,
  zipObstacle,
} from "../../base/zip-entries.ts";

/** No text document has larger texts. */
const MOST_UNPACKED = 2 ** 28;

export class ZipMembers {
  private readonly file: Buffer;
  private readonly path: string;
  private readonly end: number;
  private readonly directory: number;
  private readonly members: ZipEntry[];
  private readonly mostUnpacked: number;
  private readonly unpacked = new Map<string, Buffer>();

  /** `mostUnpacked`: bytes of all contents that are asked for, together. Throws DataError where the directory is damaged. */
  constructor(bytes: Uint8Array, path: string, mostUnpacked = MOST_UNPACKED) {
    this.mostUnpacked = mostUnpacked;
    this.file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.path = path;
    this.end = this.findEnd();
    this.directory = this.file.readUInt32LE(this.end + 16);
    this.members = this.readDirectory(this.file.readUInt16LE(this.end + 10));
  }

  get names(): string[] {
    return this.members.map(({ path }) => path);
  }

  /** Throws DataError where it does not unpack to what the directory says, and where that is too much. */
  content(name: string): Buffer {
    const known = this.unpacked.get(name);
    if (known !== undefined) return known;
    const member = this.members.find((each) => each.path === name)!;
    const where = `${this.path}, ${name}`;
    const obstacle = zipObstacle(member);
    if (obstacle !== undefined) throw this.damaged(obstacle, where);
    const sum = [...this.unpacked.values()].reduce((size, { length }) => size + length, member.size);
    if (sum > this.mostUnpacked) {
      const why = `its texts have ${sum} bytes unpacked, and ${this.mostUnpacked} are allowed`;
      throw this.damaged(why, where, "Split the document.");
    }
    const packed = this.file.subarray(this.dataOf(member), this.dataOf(member) + member.packedSize);
    const content = member.method === 0 ? packed : this.inflate(packed, member.size, where);
    if (content.length !== member.size || crc32(content) !== member.crc)
      throw this.damaged("its checksum or size differs", where);
    this.unpacked.set(name, content);
    return content;
  }

  /** The file with other contents of some members; the rest of it, order included, as it was. */
  withContents(contents: ReadonlyMap<string, Uint8Array>): Buffer {
    const byOffset = [...this.members].sort((a, b) => a.offset - b.offset);
    const out: Buffer[] = [this.file.subarray(0, byOffset[0]?.offset ?? this.directory)];
    const entries = new Map<ZipEntry, Buffer>();
    let at = out[0]!.length;
    for (const [i, member] of byOffset.entries()) {
      const next = byOffset[i + 1]?.offset ?? this.directory;
      const entry = Buffer.from(member.bytes);
      const content = contents.get(member.path);
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
  private packed(member: ZipEntry, content: Uint8Array, entry: Buffer): Buffer {
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
    const end = zipEnd(file);
    if (end !== undefined) return end;
    throw this.damaged("it has no directory, so it is cut off or no zip file");
  }

  private readDirectory(count: number): ZipEntry[] {
    const members = zipEntries(this.file.subarray(this.directory, this.end), count, (why) => this.damaged(why));
    this.checkApart(members);
    return members;
  }

  private checkApart(members: readonly ZipEntry[]): void {
    const byOffset = [...members].sort((a, b) => a.offset - b.offset);
    for (const [i, member] of byOffset.entries()) {
      const next = byOffset[i + 1]?.offset ?? this.directory;
      if (this.dataOf(member) + member.packedSize > next)
        throw this.damaged("it lies over the next member", `${this.path}, ${member.path}`);
    }
    const names = new Set(members.map(({ path }) => path));
    if (names.size < members.length) throw this.damaged("it has two members of one name");
  }

  private dataOf({ offset, path }: ZipEntry): number {
    const { file } = this;
    const start = offset + ZIP_LOCAL_SIZE > this.directory ? undefined : zipDataStart(file.subarray(offset));
    if (start !== undefined) return offset + start;
    throw this.damaged("its header is not where the directory says", `${this.path}, ${path}`);
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
