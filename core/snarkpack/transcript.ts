// The Fiat-Shamir transcript: one running state s of 64 bytes, hashed with SHA-512. u32 is a 32-bit number, little-endian.
//
//   start      s = H(64 zero bytes | 0x00 | u32 length | domain)
//   absorb     s = H(s | 0x01 | u32 length | label | u32 number of data | for each: u32 length | bytes)
//   challenge  s = H(s | 0x02 | u32 length | label); the value is H(s | 0x04), 64 bytes little-endian, mod r; again while it is 0 or 1
//   weight     s = H(s | 0x03 | u32 length | label); the value is the first 16 bytes of H(s | 0x04), little-endian; again while it is 0
//
// Labels and domain are ASCII. No hash has an input that another step could have had: the tag is the 65th byte of each, and every length is written.
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { R } from "../field.js";

const TAG = { start: 0, absorb: 1, challenge: 2, weight: 3, value: 4 } as const;
const STATE_BYTES = 64;
const WEIGHT_BYTES = 16;

/** 4 bytes, little-endian. */
export function u32(n: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n, true);
  return bytes;
}

const framed = (bytes: Uint8Array): Uint8Array => concatBytes(u32(bytes.length), bytes);

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((x, byte) => (x << 8n) | BigInt(byte), 0n);
}

/** What has been said so far, and the numbers that follow from it. */
export class Transcript {
  private state: Uint8Array = new Uint8Array(STATE_BYTES);

  constructor(domain: string) {
    this.step(TAG.start, framed(utf8ToBytes(domain)));
  }

  private step(tag: number, message: Uint8Array): void {
    this.state = sha512(concatBytes(this.state, Uint8Array.of(tag), message));
  }

  private draw(tag: number, label: string): Uint8Array {
    this.step(tag, framed(utf8ToBytes(label)));
    return sha512(concatBytes(this.state, Uint8Array.of(TAG.value)));
  }

  /** Takes in a message of one or more parts. */
  absorb(label: string, ...data: Uint8Array[]): void {
    this.step(TAG.absorb, concatBytes(framed(utf8ToBytes(label)), u32(data.length), ...data.map(framed)));
  }

  /** A number below r, neither 0 nor 1. */
  challenge(label: string): bigint {
    for (;;) {
      const x = littleEndian(this.draw(TAG.challenge, label)) % R;
      if (x > 1n) return x;
    }
  }

  /** A number of 128 bits, not 0. */
  weight(label: string): bigint {
    for (;;) {
      const x = littleEndian(this.draw(TAG.weight, label).subarray(0, WEIGHT_BYTES));
      if (x > 0n) return x;
    }
  }
}
