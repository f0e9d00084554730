// Every stored value ends in a CRC-32 over its key and its bytes: a flipped bit, or a value under another key, is seen when it is read.
import { crc32 } from "node:zlib";
import { corrupt } from "./corrupt.js";

const SEAL_BYTES = 4;

const checksum = (key: Uint8Array, value: Uint8Array): number => crc32(value, crc32(key));

/** The value as it is stored. */
export function seal(key: Buffer, value: Uint8Array): Buffer {
  const sealed = Buffer.allocUnsafe(value.length + SEAL_BYTES);
  sealed.set(value);
  sealed.writeUInt32BE(checksum(key, value), value.length);
  return sealed;
}

/** The value as it was given. @throws STORE_CORRUPT when the checksum disagrees. */
export function unseal(key: Buffer, sealed: Buffer, what: string): Buffer {
  const value = sealed.subarray(0, Math.max(0, sealed.length - SEAL_BYTES));
  const good = sealed.length >= SEAL_BYTES && sealed.readUInt32BE(value.length) === checksum(key, value);
  if (!good) throw corrupt(`${what}: the checksum does not match`);
  return value;
}
