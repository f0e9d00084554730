// A prover of certificates who knows the logarithm of everything: each point is a number mod r, each product of pairings an inner product of numbers.
// It shares the transcript with the real prover and nothing else, and a certificate of a few proofs costs it a fraction of a second.
import { bn254 } from "@noble/curves/bn254.js";
import { batchInverse, invert, mod } from "../../core/field.js";
import { encodeG1, encodeG2, P, scalarBytes } from "../../core/pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2 } from "../../core/pairing/generators.js";
import { nobleBackend } from "../../core/pairing/noble.js";
import { type Torus, toAffine } from "../../core/pairing/torus.js";
import { type Cross, roundsFor, serializeCertificate } from "../../core/snarkpack/certificate.js";
import * as polynomials from "../../core/snarkpack/polynomials.js";
import * as protocol from "../../core/snarkpack/protocol.js";
import type { ChainStatement } from "../../core/snarkpack/statement.js";
import type { Transcript } from "../../core/snarkpack/transcript.js";

export const g1 = (x: bigint): Uint8Array => {
  const { x: u, y } = bn254.G1.Point.BASE.multiplyUnsafe(mod(x)).toAffine();
  return encodeG1(u, y);
};
export const g2 = (x: bigint): Uint8Array => {
  const { x: u, y } = bn254.G2.Point.BASE.multiplyUnsafe(mod(x)).toAffine();
  return encodeG2(u, y);
};

/** 128 bytes of an element of GT. */
export function encodeGt(element: Torus): Uint8Array {
  const bytes = new Uint8Array(128);
  const coordinates = toAffine(element)?.slice(2) ?? [];
  for (const [i, x] of coordinates.entries()) bytes.set(scalarBytes(((x % P) + P) % P), 32 * i);
  return bytes;
}

const E = nobleBackend.pairingProduct([[nobleBackend.decodeG1(GENERATOR_G1), nobleBackend.decodeG2(GENERATOR_G2)]]);
export const gt = (x: bigint): Uint8Array => encodeGt(nobleBackend.powerProduct([[E, mod(x)]]));

/** A proof: logarithms of A, B and C, and the state that it starts from. */
export interface ProofLogs {
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
  readonly oldRoot: bigint;
}

type Vector = readonly bigint[];
type Name = "a" | "b" | "c" | "v1" | "v2" | "w1" | "w2" | "rho";
type Vectors = Readonly<Record<Name, Vector>>;

const dot = (x: Vector, y: Vector): bigint => mod(x.reduce((sum, value, i) => sum + value * (y[i] ?? 0n), 0n));
const times = (x: Vector, y: Vector): Vector => x.map((value, i) => mod(value * (y[i] ?? 0n)));
const low = (x: Vector): Vector => x.slice(0, x.length / 2);
const high = (x: Vector): Vector => x.slice(x.length / 2);
const evaluate = (f: Vector, x: bigint): bigint => f.reduceRight((sum, c) => mod(sum * x + c), 0n);
const each = (vectors: Vectors, change: (x: Vector, name: Name) => Vector): Vectors =>
  Object.fromEntries(Object.entries(vectors).map(([name, x]) => [name, change(x, name as Name)])) as Vectors;

/** Which number of which group is said, by its field's name; all that follows is honest about what has been said. */
class Voice {
  private readonly lie: string | undefined;
  constructor(lie: string | undefined) {
    this.lie = lie;
  }
  private log = (name: string, x: bigint): bigint => (name === this.lie ? x + 1n : x);
  readonly g1 = (name: string, x: bigint): Uint8Array => g1(this.log(name, x));
  readonly g2 = (name: string, x: bigint): Uint8Array => g2(this.log(name, x));
  readonly gt = (name: string, x: bigint): Uint8Array => gt(this.log(name, x));
  readonly scalar = (name: string, x: bigint): Uint8Array => scalarBytes(mod(this.log(name, x)));
}

const products = (voice: Voice, name: string, x: Vectors, y: Vectors): Cross => ({
  tAB: voice.gt(`${name}tAB`, dot(x.a, y.v1) + dot(x.w1, y.b)),
  uAB: voice.gt(`${name}uAB`, dot(x.a, y.v2) + dot(x.w2, y.b)),
  zAB: voice.gt(`${name}zAB`, dot(x.a, y.b)),
  tC: voice.gt(`${name}tC`, dot(x.c, y.v1)),
  uC: voice.gt(`${name}uC`, dot(x.c, y.v2)),
});

function halve(vectors: Vectors, transcript: Transcript, voice: Voice) {
  const [l, h] = [each(vectors, low), each(vectors, high)];
  const zC = { zCLeft: voice.g1("zCLeft", dot(h.c, l.rho)), zCRight: voice.g1("zCRight", dot(l.c, h.rho)) };
  const round = { left: products(voice, "left.", h, l), right: products(voice, "right.", l, h), ...zC };
  const x = protocol.afterRound(transcript, round);
  const byX: readonly Name[] = ["a", "c", "w1", "w2"];
  const rest = each(l, (value, name) => {
    const factor = byX.includes(name) ? x : invert(x);
    return value.map((y, i) => mod(y + factor * (h[name][i] ?? 0n)));
  });
  return { round, x, rest };
}

/** Openings of the keys' polynomials at z. */
function openKeys(xs: Vector, t: bigint, z: bigint, { a, b }: Secrets, voice: Voice) {
  const overT = invert(t);
  const fv = polynomials.productCoefficients(batchInverse(xs), 1n);
  const fw = [...fv.map(() => 0n), ...polynomials.productCoefficients(xs, overT)];
  const [qv, qw] = [polynomials.quotient(fv, z), polynomials.quotient(fw, z)];
  return {
    v1: voice.g2("open.v1", evaluate(qv, a)),
    v2: voice.g2("open.v2", evaluate(qv, b)),
    w1: voice.g1("open.w1", evaluate(qw, a)),
    w2: voice.g1("open.w2", evaluate(qw, b)),
  };
}

export interface Secrets {
  readonly a: bigint;
  readonly b: bigint;
}

/**
 * A certificate for a statement, true or not: nothing is checked. `lie` names a field whose logarithm is said one too large (in every halving, for those
 * of a halving).
 */
export function proveByLogarithms(
  statement: ChainStatement,
  proofs: readonly ProofLogs[],
  secrets: Secrets,
  digests: protocol.Digests,
  lie?: string,
): Uint8Array {
  const voice = new Voice(lie);
  const { a, b } = secrets;
  const n = 2 ** roundsFor(proofs.length);
  const pad = (x: Vector): Vector => [...new Array(n - x.length).fill(0n), ...x]; // proofs come last
  const states = proofs.map((proof) => proof.oldRoot);
  const keys = { v1: polynomials.powers(a, n), v2: polynomials.powers(b, n) };
  const start: Vectors = {
    a: pad(proofs.map((proof) => proof.a)),
    b: pad(proofs.map((proof) => proof.b)),
    c: pad(proofs.map((proof) => proof.c)),
    ...keys,
    w1: polynomials.powers(a, 2 * n).slice(n),
    w2: polynomials.powers(b, 2 * n).slice(n),
    rho: [],
  };
  const transcript = protocol.beginTranscript(statement, digests);
  const { zAB: _, ...commitments } = { states: voice.g1("states", evaluate(states, a)), ...products(voice, "", start, start) };
  const t = protocol.afterCommitments(transcript, commitments);
  const rho = polynomials.powers(t, n);
  const scale = polynomials.powers(invert(t), n);
  let vectors: Vectors = { ...start, b: times(start.b, rho), w1: times(start.w1, scale), w2: times(start.w2, scale), rho };
  const sums = { zAB: voice.gt("zAB", dot(vectors.a, vectors.b)), zC: voice.g1("zC", dot(vectors.c, rho)) };
  protocol.absorbProducts(transcript, sums);
  const rounds = [];
  const xs: bigint[] = [];
  while (vectors.a.length > 1) {
    const { round, x, rest } = halve(vectors, transcript, voice);
    rounds.push(round);
    xs.push(x);
    vectors = rest;
  }
  const last1 = (name: Name) => voice.g1(name, vectors[name][0] ?? 0n);
  const last2 = (name: Name) => voice.g2(name, vectors[name][0] ?? 0n);
  const pointsOfG2 = { b: last2("b"), v1: last2("v1"), v2: last2("v2") };
  const final = { a: last1("a"), c: last1("c"), w1: last1("w1"), w2: last1("w2"), ...pointsOfG2 };
  const openings = openKeys(xs, t, protocol.afterFinal(transcript, final), secrets, voice);
  const open = (name: string, x: bigint) => voice.g1(name, evaluate(polynomials.quotient(states, x), a));
  const y = voice.scalar("evaluation", evaluate(states, t));
  const evaluation = { evaluation: y, openAtZero: open("openAtZero", 0n), openAtT: open("openAtT", t) };
  return serializeCertificate({ count: proofs.length, ...commitments, ...sums, rounds, final, openings, ...evaluation });
}
