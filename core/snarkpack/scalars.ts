// The verifier's numbers: challenges from the transcript of the bytes received, and what follows from them and the statement in O(k) steps.
import { batchInverse, invert, mod, R } from "../field.js";
import { readScalar } from "../pairing/encoding.js";
import type { Certificate } from "./certificate.js";
import { evaluateProduct, geometricSum, power } from "./polynomials.js";
import {
  absorbEvaluation,
  absorbOpenings,
  absorbProducts,
  afterCommitments,
  afterFinal,
  afterRound,
  beginTranscript,
  type Digests,
  drawWeights,
  firstPlace,
  type Weights,
} from "./protocol.js";
import type { ChainStatement } from "./statement.js";

interface Challenges {
  /** Combines the proofs. */
  readonly t: bigint;
  /** One per halving. */
  readonly xs: readonly bigint[];
  /** Where the keys are opened. */
  readonly z: bigint;
  /** One per merged equation. */
  readonly weights: Weights;
}

function replay(statement: ChainStatement, certificate: Certificate, digests: Digests): Challenges {
  const transcript = beginTranscript(statement, digests);
  const t = afterCommitments(transcript, certificate);
  absorbProducts(transcript, certificate);
  const xs = certificate.rounds.map((round) => afterRound(transcript, round));
  const z = afterFinal(transcript, certificate.final);
  absorbOpenings(transcript, certificate.openings);
  absorbEvaluation(transcript, certificate);
  return { t, xs, z, weights: drawWeights(transcript) };
}

/** All Groth16 equations at once, proof i times t^(p + i), p being the first proof's place: what is multiplied by alpha and by each IC point. */
export interface ChainSums {
  /** S: t^p + t^(p+1) + ... + t^(N-1). */
  readonly sum: bigint;
  /** Old states: t^p y. */
  readonly oldStates: bigint;
  /** New states: each is the old state of the next proof, the last is the statement's. */
  readonly newStates: bigint;
}

/** The sums for a statement, t, and y, the polynomial of old states at t. Prover and verifier share them. */
export function chainSums({ oldRoot, newRoot, count }: ChainStatement, t: bigint, y: bigint): ChainSums {
  const shift = power(t, firstPlace(count));
  const last = (shift * power(t, count - 1)) % R;
  return {
    sum: (shift * geometricSum(t, count)) % R,
    oldStates: (shift * y) % R,
    newStates: mod(shift * mod((y - oldRoot) * invert(t)) + last * newRoot),
  };
}

/** All in [0, r). */
export interface Scalars extends Challenges, ChainSums {
  /** 1 / x_j. */
  readonly inverses: readonly bigint[];
  /** The keys' polynomials at z: f_v = prod_j (1 + X^(2^(k-1-j)) / x_j), f_w = X^N prod_j (1 + x_j (X/t)^(2^(k-1-j))). */
  readonly keyV: bigint;
  readonly keyW: bigint;
  /** What the halvings leave of the powers of t. */
  readonly rho: bigint;
  /** The statement's old root. */
  readonly firstState: bigint;
  /** y, as the certificate claims. */
  readonly evaluation: bigint;
}

/** The verifier's numbers for a certificate. @throws Malformed when y is not below r */
export function verifierScalars(statement: ChainStatement, certificate: Certificate, digests: Digests): Scalars {
  const challenges = replay(statement, certificate, digests);
  const { t, xs, z } = challenges;
  const inverses = batchInverse(xs); // a challenge is neither 0 nor 1
  const evaluation = readScalar(certificate.evaluation);
  return {
    ...challenges,
    ...chainSums(statement, t, evaluation),
    inverses,
    keyV: evaluateProduct(inverses, 1n, z),
    keyW: (power(z, 2 ** xs.length) * evaluateProduct(xs, invert(t), z)) % R,
    rho: evaluateProduct(inverses, t, 1n),
    firstState: statement.oldRoot,
    evaluation,
  };
}
