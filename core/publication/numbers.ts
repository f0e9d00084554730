// Numbers in published files: canonical decimal strings, so that every value has one spelling; digests and hashes as names in lower-case hex.
import * as z from "zod/mini";
import { R } from "../field.js";

const UNSIGNED = /^(?:0|[1-9][0-9]{0,77})$/;
const SIGNED = /^(?:0|-?[1-9][0-9]{0,77})$/;

const integers = (form: RegExp, ok: (x: bigint) => boolean) =>
  z.codec(z.string().check(z.regex(form)), z.bigint().check(z.refine(ok)), {
    decode: (text) => BigInt(text),
    encode: (x) => x.toString(),
  });

/** A field element, in [0, r). */
export const Word = integers(UNSIGNED, (x) => x >= 0n && x < R);
/**
 * Unsigned or signed integers of a width. The width matters: hashes pack several numbers into a word and read negative ones modulo r, so without
 * it one hash would have several readings.
 */
export const unsigned = (bits: number) => integers(UNSIGNED, (x) => x >= 0n && x < 1n << BigInt(bits));
export const signed = (bits: number) => integers(SIGNED, (x) => x >= -(1n << BigInt(bits - 1)) && x < 1n << BigInt(bits - 1));

/** SHA-256 in hex. */
export const Digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** Bytes in hex. */
export const hexOf = (bytes: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`)));

const count = z.int().check(z.gte(0), z.lte(2 ** 53 - 1));
/** Number of a batch, and of the state after it; 0 is the genesis. */
export const BatchNumber = count.check(z.lte(2 ** 32 - 1));
/** Unix seconds. */
export const Seconds = count;

/** A hash as part of a file's name: 64 hex digits, most significant first. */
export const hashName = (hash: bigint): string => hash.toString(16).padStart(64, "0");
