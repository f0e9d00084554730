// A transport that changes one byte of one file on its way: the liar of the "Tamper with it" card. It also corrects the checksum beside a certificate, so
// that it is the proof that refuses the change and not the checksum. Everything else passes as it is.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Transport } from "../transport.js";

/** What was changed. */
export interface Flip {
  readonly file: string;
  readonly before: Uint8Array;
  /** Place of the byte. */
  readonly at: number;
  /** Its new value. */
  readonly after: number;
}

/** Picks a file by its name, and the byte of it to change. */
export interface Choice {
  readonly picks: (file: string) => boolean;
  readonly byte: (content: Uint8Array) => { readonly at: number; readonly after: number };
}

const MAX_CERTIFICATE = 65_536;

/** The statement with the checksum of a changed certificate. */
const corrected = (statement: Uint8Array, certificate: Uint8Array): Uint8Array => {
  const text = new TextDecoder().decode(statement);
  return utf8ToBytes(text.replace(/"sha256":\s*"[0-9a-f]*"/, `"sha256":"${bytesToHex(sha256(certificate))}"`));
};

/** The certificate that a statement is about. */
const certificateBeside = (name: string): string | undefined => {
  const stem = /^(certificates\/.*)\.json$/.exec(name)?.[1];
  return stem === undefined ? undefined : `${stem}.bin`;
};

/** The same transport with one lie; `flipped` tells it once it has been told. */
export function flipping(transport: Transport, { picks, byte }: Choice): Transport & { readonly flipped: () => Flip | undefined } {
  let flip: Flip | undefined;
  const read: Transport["read"] = async (name, maxBytes, signal) => {
    const before = await transport.read(name, maxBytes, signal);
    const certificate = certificateBeside(name);
    if (certificate !== undefined && picks(certificate)) return corrected(before, await read(certificate, MAX_CERTIFICATE, signal));
    if (!picks(name)) return before;
    const { at, after } = byte(before);
    flip = { file: name, before, at, after };
    return before.with(at, after);
  };
  return { read, flipped: () => flip };
}

/** One bit of a byte in the middle. */
export function anyBit(content: Uint8Array): { at: number; after: number } {
  const at = Math.floor(content.length / 2);
  return { at, after: (content[at] ?? 0) ^ 1 };
}

const ZERO = 48;

/** The last digit of a named number in JSON: the file stays well formed and only its content lies. */
export const lastDigitOf =
  (name: string) =>
  (content: Uint8Array): { at: number; after: number } => {
    const value = new RegExp(`"${name}":\\s*"-?\\d+`).exec(new TextDecoder().decode(content)); // published JSON is ASCII
    if (value === null) return anyBit(content);
    const at = value.index + value[0].length - 1;
    return { at, after: content[at] === ZERO ? ZERO + 1 : (content[at] ?? 0) - 1 };
  };
