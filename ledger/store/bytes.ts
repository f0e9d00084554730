// Integers of any size as bytes. One value has one spelling: a length byte (top bit: negative), then the magnitude, big-endian, no leading zero.
import { corrupt } from "./corrupt.js";

const NEGATIVE = 0x80;
const MAX_BYTES = 0x7f;

/** Appends fields to one growing buffer. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(512);
  private length = 0;

  int(x: bigint): this {
    const magnitude = x < 0n ? -x : x;
    const hex = magnitude === 0n ? "" : magnitude.toString(16);
    const size = (hex.length + 1) >> 1;
    if (size > MAX_BYTES) throw new RangeError("an integer of more than 127 bytes");
    this.room(size + 1);
    this.buffer[this.length] = size | (x < 0n ? NEGATIVE : 0);
    this.buffer.write(hex.length % 2 === 0 ? hex : `0${hex}`, this.length + 1, "hex");
    this.length += size + 1;
    return this;
  }

  ints(list: readonly bigint[]): this {
    this.count(list.length);
    for (const x of list) this.int(x);
    return this;
  }

  count(n: number): this {
    this.room(2);
    this.length = this.buffer.writeUInt16BE(n, this.length);
    return this;
  }

  text(s: string): this {
    const bytes = Buffer.from(s, "utf8");
    return this.count(bytes.length).raw(bytes);
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  done(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private room(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.length + more));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}

/** Reads what ByteWriter wrote. @throws STORE_CORRUPT for any other spelling. */
export class ByteReader {
  private at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly what: string,
  ) {}

  int(): bigint {
    const head = this.raw(1)[0] ?? 0;
    const bytes = this.raw(head & MAX_BYTES);
    if (bytes.length === 0 ? head !== 0 : bytes[0] === 0) throw corrupt(`${this.what}: an integer is not canonical`);
    if (bytes.length === 0) return 0n;
    const magnitude = BigInt(`0x${bytes.toString("hex")}`);
    return head & NEGATIVE ? -magnitude : magnitude;
  }

  ints(): bigint[] {
    return Array.from({ length: this.count() }, () => this.int());
  }

  count(): number {
    return this.raw(2).readUInt16BE(0);
  }

  text(): string {
    return this.raw(this.count()).toString("utf8");
  }

  raw(size: number): Buffer {
    const bytes = this.bytes.subarray(this.at, this.at + size);
    if (bytes.length !== size) throw corrupt(`${this.what}: the record is too short`);
    this.at += size;
    return bytes;
  }

  /** Nothing may follow. */
  end(): void {
    if (this.at !== this.bytes.length) throw corrupt(`${this.what}: the record is too long`);
  }
}
