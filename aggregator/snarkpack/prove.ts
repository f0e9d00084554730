// The prover's side of the protocol: it asks the shares, puts their answers together, says what the transcript has to hear and passes the challenges on.
import { batchInverse, invert, R } from "../../core/field.js";
import { scalarBytes } from "../../core/pairing/encoding.js";
import type { Certificate, Final, Openings, Round } from "../../core/snarkpack/certificate.js";
import { powers, productCoefficients, quotient } from "../../core/snarkpack/polynomials.js";
import { absorbProducts, afterCommitments, afterFinal, afterRound, beginTranscript, type Digests } from "../../core/snarkpack/protocol.js";
import { chainSums } from "../../core/snarkpack/scalars.js";
import type { ChainStatement } from "../../core/snarkpack/statement.js";
import type { Transcript } from "../../core/snarkpack/transcript.js";
import type { Point } from "../curve/points.js";
import { sumOfPoints } from "../curve/sums.js";
import type { FfBackend } from "../pairing/ffjavascript.js";
import type { KeyPoints } from "./chain.js";
import type { Pause } from "./pause.js";
import { isInG1, type PowersName } from "./powers-file.js";
import type { Share } from "./share.js";
import { type CrossProducts, type Halving, Slice } from "./slice.js";
import { forEachVector } from "./vectors.js";

export interface ProveJob {
  /** For sums of the shares' answers and the last halvings; its memory is let go with it. */
  readonly backend: FfBackend;
  /** Loaded; a power of two, at most half the padded count. */
  readonly shares: readonly Share[];
  /** Length of the vectors, N. */
  readonly padded: number;
  readonly statement: ChainStatement;
  /** The old root of every proof. */
  readonly states: readonly bigint[];
  readonly digests: Digests;
  readonly key: KeyPoints;
  readonly pause: Pause;
  readonly onProgress: (fraction: number) => void;
}

const PRODUCTS = ["tAB", "uAB", "zAB", "tC", "uC"] as const satisfies readonly (keyof CrossProducts)[];

/** The entries that a share owns. */
const owned = <T>(list: readonly T[], index: number, stride: number): T[] => list.filter((_, i) => i % stride === index);

/** The bytes of a sum of points of G1. */
const sumG1 = ({ curve, g1, codec }: FfBackend, points: readonly Point[]): Uint8Array => codec.encodeG1(sumOfPoints(curve, g1, points));

/** The bytes of the sum of scalars[i] times the i-th power of a section. */
async function commitTo({ shares, backend }: ProveJob, name: PowersName, scalars: readonly bigint[]): Promise<Uint8Array> {
  const parts = await Promise.all(shares.map((share, i) => share.sumOfPowers(name, owned(scalars, i, shares.length))));
  if (isInG1(name)) return sumG1(backend, parts);
  return backend.codec.encodeG2(sumOfPoints(backend.curve, backend.g2, parts));
}

/** The bytes of elements whose products of Miller loops came in parts; the shares do the final exponentiations. */
async function finishAll({ shares }: ProveJob, products: readonly (readonly Uint8Array[])[]): Promise<Uint8Array[]> {
  const answers = await Promise.all(shares.map((share, i) => share.finish(owned(products, i, shares.length))));
  return products.map((_, i) => {
    const bytes = answers[i % shares.length]?.[Math.floor(i / shares.length)];
    if (bytes === undefined) throw new Error("a share has left a product out");
    return bytes;
  });
}

/** An object of elements by the names of their products. */
const named = <Name extends string>(names: readonly Name[], elements: readonly Uint8Array[]): Readonly<Record<Name, Uint8Array>> =>
  Object.fromEntries(names.map((name, i) => [name, elements[i]])) as Record<Name, Uint8Array>;

async function commitments(job: ProveJob): Promise<Pick<Certificate, "states" | "tAB" | "uAB" | "tC" | "uC">> {
  const states = await commitTo(job, "aG", job.states);
  const parts = await Promise.all(job.shares.map((share) => share.commit()));
  const names = ["tAB", "uAB", "tC", "uC"] as const;
  const products = names.map((name) => parts.map((part) => part[name]));
  return { states, ...named(names, await finishAll(job, products)) };
}

/** The polynomial of old states at x. */
const evaluate = (coefficients: readonly bigint[], x: bigint): bigint => coefficients.reduceRight((value, c) => (value * x + c) % R, 0n);

/** What the transcript hears once t is known. */
async function combineProofs(job: ProveJob, t: bigint): Promise<Pick<Certificate, "zAB" | "zC">> {
  const { shares, padded, backend } = job;
  const [scalars, inverses] = [powers(t, padded), powers(invert(t), padded)];
  const own = (list: readonly bigint[], i: number) => owned(list, i, shares.length);
  const parts = await Promise.all(shares.map((share, i) => share.rescale(own(scalars, i), own(inverses, i))));
  const zC = sumOfPoints(backend.curve, backend.g1, parts);
  return { zAB: backend.gt.encode(productOfProofs(job, t, zC)), zC: backend.codec.encodeG1(zC) };
}

/** The product of all e(A_i, B_i), rescaled: since the proofs hold, their sum of equations gives it for three pairings. */
function productOfProofs({ backend, key, states, statement }: ProveJob, t: bigint, zC: Point): Uint8Array {
  const { alpha, beta, gamma, delta, ic } = key;
  const sums = chainSums(statement, t, evaluate(states, t));
  const inputs = backend.combineG1([
    [ic[0], sums.sum],
    [ic[1], sums.oldStates],
    [ic[2], sums.newStates],
  ]);
  return backend.pairingProduct([
    [backend.combineG1([[alpha, sums.sum]]), beta],
    [inputs, gamma],
    [zC, delta],
  ]);
}

/** What takes part in a halving: a share, or the slice that holds the last entries of all. */
type Halver = Pick<Share, "halve" | "fold" | "state">;

/** One slice of the entries that all shares have left, one each. */
async function gather({ backend, shares, pause }: ProveJob): Promise<Halver> {
  const parts = await Promise.all(shares.map((share) => share.state()));
  const vectors = forEachVector((name) => new Uint8Array(Buffer.concat(parts.map((part) => part.vectors[name]))));
  const slice = new Slice(backend.curve, { vectors, rho: parts.flatMap(({ rho }) => rho) }, pause);
  return { halve: () => slice.halve(), fold: (x, inverse) => slice.fold(x, inverse), state: async () => slice.state() };
}

async function roundOf(job: ProveJob, halvings: readonly Halving[]): Promise<Round> {
  const products = (["left", "right"] as const).flatMap((side) => PRODUCTS.map((name) => halvings.map((halving) => halving[side][name])));
  const elements = await finishAll(job, products);
  const zC = (name: "zCLeft" | "zCRight") => sumG1(job.backend, halvings.map((halving) => halving[name])); // biome-ignore format: one line
  return {
    left: named(PRODUCTS, elements),
    right: named(PRODUCTS, elements.slice(PRODUCTS.length)),
    zCLeft: zC("zCLeft"),
    zCRight: zC("zCRight"),
  };
}

interface Halved extends Pick<Certificate, "rounds" | "final"> {
  readonly xs: readonly bigint[];
}

async function halveAll(job: ProveJob, transcript: Transcript): Promise<Halved> {
  const rounds: Round[] = [];
  const xs: bigint[] = [];
  let halvers: readonly Halver[] = job.shares;
  for (let n = job.padded; n > 1; n /= 2) {
    if (n === halvers.length) halvers = [await gather(job)];
    const round = await roundOf(job, await Promise.all(halvers.map((halver) => halver.halve())));
    const x = afterRound(transcript, round);
    const inverse = invert(x);
    await Promise.all(halvers.map((halver) => halver.fold(x, inverse)));
    rounds.push(round);
    xs.push(x);
    job.onProgress(0.9 - (0.55 * n) / (2 * job.padded)); // shares of the time, roughly, at 256 proofs
  }
  return { rounds, xs, final: await lastEntries(job, halvers) };
}

async function lastEntries({ backend: { codec } }: ProveJob, [halver]: readonly Halver[]): Promise<Final> {
  const vectors = (await halver?.state())?.vectors;
  if (vectors === undefined) throw new Error("no slice is left");
  const { a, c, w1, w2, b, v1, v2 } = vectors;
  const inG1 = { a: codec.encodeG1(a), c: codec.encodeG1(c), w1: codec.encodeG1(w1), w2: codec.encodeG1(w2) };
  return { ...inG1, b: codec.encodeG2(b), v1: codec.encodeG2(v1), v2: codec.encodeG2(v2) };
}

/** Openings at z of the polynomials whose values at the secrets are the last keys. */
async function openKeys(job: ProveJob, xs: readonly bigint[], t: bigint, z: bigint): Promise<Openings> {
  const v = quotient(productCoefficients(batchInverse(xs), 1n), z);
  const shift = new Array<bigint>(job.padded).fill(0n);
  const w = quotient([...shift, ...productCoefficients(xs, invert(t))], z);
  return {
    v1: await commitTo(job, "aH", v),
    v2: await commitTo(job, "bH", v),
    w1: await commitTo(job, "aG", w),
    w2: await commitTo(job, "bG", w),
  };
}

async function openStates(job: ProveJob, t: bigint): Promise<Pick<Certificate, "evaluation" | "openAtZero" | "openAtT">> {
  return {
    evaluation: scalarBytes(evaluate(job.states, t)),
    openAtZero: await commitTo(job, "aG", quotient(job.states, 0n)),
    openAtT: await commitTo(job, "aG", quotient(job.states, t)),
  };
}

/** Runs the whole protocol. @throws PROVER_FAILED, INTERRUPTED */
export async function prove(job: ProveJob): Promise<Certificate> {
  const transcript = beginTranscript(job.statement, job.digests);
  const committed = await commitments(job);
  const t = afterCommitments(transcript, committed);
  job.onProgress(0.3);
  const sums = await combineProofs(job, t);
  absorbProducts(transcript, sums);
  job.onProgress(0.35);
  const { rounds, xs, final } = await halveAll(job, transcript);
  const z = afterFinal(transcript, final);
  // Nothing is drawn after z by the prover: what follows is heard by the verifier only, for its weights.
  const openings = await openKeys(job, xs, t, z);
  job.onProgress(0.97);
  return { count: job.statement.count, ...committed, ...sums, rounds, final, openings, ...(await openStates(job, t)) };
}
