// The order in which a certificate is said and answered: prover and verifier both walk it here, so that they cannot differ.
// All that a prover chooses is hashed before the challenge that follows it, the first round included: a message left out may be chosen last, and then
// anything can be proved.
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { scalarBytes } from "../pairing/encoding.js";
import { type Certificate, crossFields, type Final, type Openings, type Round, roundsFor } from "./certificate.js";
import type { ChainStatement } from "./statement.js";
import { Transcript, u32 } from "./transcript.js";

/** Name and version of the protocol, the transcript's domain. */
const DOMAIN = "zkstate snarkpack 1";

/**
 * The place of the first proof in vectors of 2^k places: those below it hold infinity. Padding that came last would belong to F as well, whose next
 * coefficient would then be the prover's to choose, and with it the final root.
 */
export const firstPlace = (count: number): number => 2 ** roundsFor(count) - count;

/** Hex SHA-256 of what both sides must already agree on. */
export interface Digests {
  readonly vkeyDigest: string;
  readonly srsDigest: string;
}

/** A transcript that has heard the statement. ASSUMES: roots below r, count an integer in [1, 2^20]. */
export function beginTranscript(statement: ChainStatement, digests: Digests): Transcript {
  const { oldRoot, newRoot, count } = statement;
  const transcript = new Transcript(DOMAIN);
  transcript.absorb("curve", utf8ToBytes("bn254"));
  transcript.absorb("srs", hexToBytes(digests.srsDigest));
  transcript.absorb("vkey", hexToBytes(digests.vkeyDigest));
  transcript.absorb("size", u32(count), u32(2 ** roundsFor(count)));
  transcript.absorb("mode", utf8ToBytes("chained"));
  transcript.absorb("roots", scalarBytes(oldRoot), scalarBytes(newRoot));
  return transcript;
}

/** Hears the commitments. @returns t, by whose powers the proofs are combined */
export function afterCommitments(transcript: Transcript, c: Pick<Certificate, "states" | "tAB" | "uAB" | "tC" | "uC">): bigint {
  transcript.absorb("states", c.states);
  transcript.absorb("commitments", c.tAB, c.uAB, c.tC, c.uC);
  return transcript.challenge("t");
}

/** Hears the products that the argument is about. */
export function absorbProducts(transcript: Transcript, { zAB, zC }: Pick<Certificate, "zAB" | "zC">): void {
  transcript.absorb("products", zAB, zC);
}

/** Hears one halving, the first included. @returns x_j */
export function afterRound(transcript: Transcript, round: Round): bigint {
  transcript.absorb("round", ...crossFields(round.left), ...crossFields(round.right), round.zCLeft, round.zCRight);
  return transcript.challenge("x");
}

/** Hears what is left after the last halving. @returns z, where the keys are opened */
export function afterFinal(transcript: Transcript, { a, b, c, v1, v2, w1, w2 }: Final): bigint {
  transcript.absorb("final", a, b, c, v1, v2, w1, w2);
  return transcript.challenge("z");
}

/** Hears the openings of the keys. */
export function absorbOpenings(transcript: Transcript, { v1, v2, w1, w2 }: Openings): void {
  transcript.absorb("openings", v1, v2, w1, w2);
}

/** Hears the value of the polynomial of old states and its openings. */
export function absorbEvaluation(
  transcript: Transcript,
  { evaluation, openAtZero, openAtT }: Pick<Certificate, "evaluation" | "openAtZero" | "openAtT">,
): void {
  transcript.absorb("evaluation", evaluation);
  transcript.absorb("state openings", openAtZero, openAtT);
}

/** One random number for each merged equation but one. */
export type Weights = readonly [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];

/** The verifier's eleven weights, which follow from the whole certificate. */
export function drawWeights(transcript: Transcript): Weights {
  const w = () => transcript.weight("w");
  return [w(), w(), w(), w(), w(), w(), w(), w(), w(), w(), w()];
}
