// The proofs of a certificate as vectors of points, and the key that they are under.
import { ZkStateError } from "../../core/errors.js";
import { isCanonical } from "../../core/field.js";
import type { Groth16Proof, VerificationKey } from "../../core/groth16.js";
import { Malformed } from "../../core/pairing/backend.js";
import { P } from "../../core/pairing/encoding.js";
import type { ChainStatement } from "../../core/snarkpack/statement.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { checkVerificationKey } from "../../prover/keys/vkey.js";
import type { Point, PointCodec } from "../curve/points.js";

/** A proof of one step. */
export interface ChainProof {
  readonly proof: Groth16Proof;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
}

/** What proofs say together. @throws CHAIN_BROKEN when one does not start where the one before it ended, USAGE without proofs or for roots not below r */
export function statementOf(proofs: readonly ChainProof[]): ChainStatement {
  const [first, last] = [proofs[0], proofs.at(-1)];
  if (first === undefined || last === undefined)
    throw new ZkStateError({ code: "USAGE", message: "A certificate needs at least one proof." });
  for (const [i, { oldRoot, newRoot }] of proofs.entries()) {
    if (!isCanonical(oldRoot) || !isCanonical(newRoot))
      throw new ZkStateError({ code: "USAGE", message: `Proof ${i} has a root that is not below r.`, details: { index: i } });
    const before = proofs[i - 1]?.newRoot;
    if (before === undefined || before === oldRoot) continue;
    throw new ZkStateError({
      code: "CHAIN_BROKEN",
      message: `Proof ${i} does not start where proof ${i - 1} ended.`,
      expected: `${before}`,
      got: `${oldRoot}`,
      details: { index: i },
    });
  }
  return { oldRoot: first.oldRoot, newRoot: last.newRoot, count: proofs.length };
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;

function coordinate(text: unknown): bigint {
  const x = typeof text === "string" && DECIMAL.test(text) ? BigInt(text) : P;
  if (x >= P) throw new Malformed("a coordinate is no number below p");
  return x;
}

type Numbers = readonly string[] | undefined;
const g1 = (codec: PointCodec, point: Numbers): Point => codec.fromNumbers("g1m", [coordinate(point?.[0]), coordinate(point?.[1])]);
const g2 = (codec: PointCodec, [x, y]: readonly (readonly string[])[]): Point =>
  codec.fromNumbers("g2m", [x?.[0], x?.[1], y?.[0], y?.[1]].map(coordinate));

/** Points of all proofs in rows. */
export interface ProofPoints {
  readonly a: readonly Point[];
  readonly b: readonly Point[];
  readonly c: readonly Point[];
}

/** Reads the proofs' points. That B is of order r, and that the proofs hold, was for the caller to find out. @throws PROOF_MALFORMED */
export function proofPoints(codec: PointCodec, proofs: readonly ChainProof[]): ProofPoints {
  const points = { a: [] as Point[], b: [] as Point[], c: [] as Point[] };
  for (const [i, { proof }] of proofs.entries()) {
    try {
      points.a.push(g1(codec, proof.pi_a));
      points.b.push(g2(codec, proof.pi_b));
      points.c.push(g1(codec, proof.pi_c));
    } catch (e) {
      if (!(e instanceof Malformed)) throw e;
      throw new ZkStateError({ code: "PROOF_MALFORMED", message: `Proof ${i} is malformed: ${e.message}.`, details: { index: i } });
    }
  }
  return points;
}

/** A verification key's points. */
export interface KeyPoints {
  readonly alpha: Point;
  readonly beta: Point;
  readonly gamma: Point;
  readonly delta: Point;
  readonly ic: readonly [Point, Point, Point];
}

/** Digests of keys that were found safe: it takes as long as a few proofs. */
const safeKeys = new Set<string>();

function checkOnce(vkey: VerificationKey): void {
  const digest = verificationKeyDigest(vkey);
  if (!safeKeys.has(digest)) checkVerificationKey(vkey);
  safeKeys.add(digest);
}

/** Reads a key. @throws KEY_UNSAFE, or KEY_MISMATCH for one whose proofs do not have two public signals */
export function keyPoints(codec: PointCodec, vkey: VerificationKey): KeyPoints {
  checkOnce(vkey);
  const [ic0, ic1, ic2, more] = vkey.IC;
  if (ic2 === undefined || more !== undefined)
    throw new ZkStateError({
      code: "KEY_MISMATCH",
      message: "The verification key is of a circuit whose proofs cannot be chained.",
      expected: "2 public signals, the root before and the root after",
      got: `${vkey.nPublic}`,
    });
  return {
    alpha: g1(codec, vkey.vk_alpha_1),
    beta: g2(codec, vkey.vk_beta_2),
    gamma: g2(codec, vkey.vk_gamma_2),
    delta: g2(codec, vkey.vk_delta_2),
    ic: [g1(codec, ic0), g1(codec, ic1), g1(codec, ic2)],
  };
}
