// The certificate on the wire: fixed fields in a fixed order, its length known from its first eight bytes. Layout: docs/wire-format.md.
import { ZkStateError } from "../errors.js";

/** Format version, the first byte. */
export const CERTIFICATE_VERSION = 1;
/** Second byte: the mode in which each proof's new state is the next one's old state. */
const MODE_CHAINED = 1;
/** State columns: a state is one number, its root. */
const COLUMNS = 1;
/** 2^20 proofs: far above what any setup of ours holds, and small enough for a count in 32 bits. */
export const MAX_ROUNDS = 20;

const HEADER_BYTES = 8;
const G1 = 32;
const G2 = 64;
const GT = 128;
const SCALAR = 32;

/** Cross products of one halving: T, U and Z of the pairs (A, B), T and U of C, then the sum of C by rho. */
export interface Cross {
  readonly tAB: Uint8Array;
  readonly uAB: Uint8Array;
  readonly zAB: Uint8Array;
  readonly tC: Uint8Array;
  readonly uC: Uint8Array;
}

/** One halving of the inner product argument. zC is in G1. */
export interface Round {
  readonly left: Cross;
  readonly right: Cross;
  readonly zCLeft: Uint8Array;
  readonly zCRight: Uint8Array;
}

/** What is left of every vector after the last halving. */
export interface Final {
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly c: Uint8Array;
  readonly v1: Uint8Array;
  readonly v2: Uint8Array;
  readonly w1: Uint8Array;
  readonly w2: Uint8Array;
}

/** KZG openings of the final keys. */
export interface Openings {
  readonly v1: Uint8Array;
  readonly v2: Uint8Array;
  readonly w1: Uint8Array;
  readonly w2: Uint8Array;
}

/** All fields as they are sent and hashed. */
export interface Certificate {
  /** Number of proofs, m, at least two: one proof is its own certificate. */
  readonly count: number;
  /** Commitment to the polynomial of old states, F. */
  readonly states: Uint8Array;
  readonly tAB: Uint8Array;
  readonly uAB: Uint8Array;
  readonly tC: Uint8Array;
  readonly uC: Uint8Array;
  readonly zAB: Uint8Array;
  readonly zC: Uint8Array;
  /** k of them: the padded count is 2^k. */
  readonly rounds: readonly Round[];
  readonly final: Final;
  readonly openings: Openings;
  /** y: the polynomial of old states at t, as a scalar. */
  readonly evaluation: Uint8Array;
  /** Openings of the polynomial of old states at 0 and at t. */
  readonly openAtZero: Uint8Array;
  readonly openAtT: Uint8Array;
}

/** k: halvings of a certificate of `count` proofs, two or more; 2^k is the padded count. In integers: floating point errs beside large powers. */
export const roundsFor = (count: number): number => 32 - Math.clz32(count - 1);

/** Length of a certificate with k halvings; the last four fields are those of the chain. */
export const certificateBytes = (rounds: number): number => 1192 + 1344 * rounds + 3 * G1 + SCALAR;

/** Length of the certificate of one batch: its proof, A and C in G1, B in G2. */
export const SINGLE_BYTES = 2 * G1 + G2;

/** Length of the certificate of any number of batches. */
export const lengthFor = (count: number): number => (count === 1 ? SINGLE_BYTES : certificateBytes(roundsFor(count)));

const malformed = (message: string): ZkStateError =>
  new ZkStateError({ code: "PROOF_MALFORMED", message: `The certificate is malformed: ${message}.`, next: "fetch it again" });

/**
 * Takes a certificate apart; points are not decoded yet.
 * @throws PROOF_MALFORMED for another version or mode, a count that does not fit the halvings, or any other length
 */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length < HEADER_BYTES) throw malformed(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, mode, k = 0, columns] = bytes;
  if (version !== CERTIFICATE_VERSION) throw malformed(`version ${version}`);
  if (mode !== MODE_CHAINED || columns !== COLUMNS) throw malformed(`mode ${mode} with ${columns} columns`);
  const count = view.getUint32(4, true);
  if (k < 1 || k > MAX_ROUNDS || count < 2 || roundsFor(count) !== k) throw malformed(`${count} proofs in ${k} halvings`);
  if (bytes.length !== certificateBytes(k)) throw malformed(`${bytes.length} bytes instead of ${certificateBytes(k)}`);
  let at = HEADER_BYTES;
  const take = (n: number): Uint8Array => {
    at += n;
    return new Uint8Array(bytes.subarray(at - n, at)); // a copy, also of a Buffer, whose own slice would share memory
  };
  const cross = (): Cross => ({ tAB: take(GT), uAB: take(GT), zAB: take(GT), tC: take(GT), uC: take(GT) });
  // Object literals are evaluated in order, which is the order on the wire.
  return {
    count,
    states: take(G1),
    tAB: take(GT),
    uAB: take(GT),
    tC: take(GT),
    uC: take(GT),
    zAB: take(GT),
    zC: take(G1),
    rounds: Array.from({ length: k }, () => ({ left: cross(), right: cross(), zCLeft: take(G1), zCRight: take(G1) })),
    final: { a: take(G1), b: take(G2), c: take(G1), v1: take(G2), v2: take(G2), w1: take(G1), w2: take(G1) },
    openings: { v1: take(G2), v2: take(G2), w1: take(G1), w2: take(G1) },
    evaluation: take(SCALAR),
    openAtZero: take(G1),
    openAtT: take(G1),
  };
}

/** The five products, in their order on the wire. */
export const crossFields = <T>({ tAB, uAB, zAB, tC, uC }: Readonly<Record<keyof Cross, T>>): readonly T[] => [tAB, uAB, zAB, tC, uC];

/** The bytes of a certificate. The inverse of parseCertificate. */
export function serializeCertificate(c: Certificate): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  header.set([CERTIFICATE_VERSION, MODE_CHAINED, c.rounds.length, COLUMNS]);
  new DataView(header.buffer).setUint32(4, c.count, true);
  const { final: f, openings: o } = c;
  const fields = [
    header,
    c.states,
    ...[c.tAB, c.uAB, c.tC, c.uC, c.zAB, c.zC],
    ...c.rounds.flatMap(({ left, right, zCLeft, zCRight }) => [...crossFields(left), ...crossFields(right), zCLeft, zCRight]),
    ...[f.a, f.b, f.c, f.v1, f.v2, f.w1, f.w2],
    ...[o.v1, o.v2, o.w1, o.w2],
    ...[c.evaluation, c.openAtZero, c.openAtT],
  ];
  const bytes = new Uint8Array(fields.reduce((n, field) => n + field.length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}
