// The reference verifier: every equation of docs/aggregation.md by itself, and the weaknesses that other programs had, to be switched on one by one.
import type { VerificationKey } from "../../../core/groth16.js";
import type { ChainStatement, VerifierSrs } from "../../../core/snarkpack/statement.js";
import { readG1, readG2, readGt, readScalar, Unreadable, writeGt } from "./bytes.js";
import { type Challenges, equationsOf, type Points } from "./equations.js";
import { type Message, Transcript } from "./fiat-shamir.js";
import { equal, G, type Gt, H, ONE, over, pair, power, product } from "./groups.js";
import { digestOfKey, keyOf } from "./key.js";
import { type Fields, fieldOf, read } from "./layout.js";
import type { Padding } from "./proofs.js";
import { digestOfSetup } from "./setup.js";

/** Everything that is asked about. */
export interface Claim {
  readonly vkey: VerificationKey;
  readonly srs: VerifierSrs;
  readonly statement: ChainStatement;
  readonly certificate: Uint8Array;
}

/** What a verifier does otherwise than ours. */
export interface Weakness {
  /** Messages that its transcript leaves out. */
  readonly omitted?: ReadonlySet<Message>;
  readonly padding?: Padding;
  /** Pairing equations multiplied into one, with weights from the transcript or with none. */
  readonly merged?: "weighted" | "unweighted";
  /** The certificate's own count is believed. */
  readonly believesCount?: boolean;
  /** e(g, h) is read as one. */
  readonly sentinel?: boolean;
}

/** Remembers what a field was read as. */
function remembered<T>(read: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const element = known.get(name) ?? read(name);
    known.set(name, element);
    return element;
  };
}

/** Reads a field as what it is. */
function pointsOf(fields: Fields, weakness: Weakness): Points {
  const generator = Buffer.from(writeGt(pair(G, H)));
  const gt = (name: string): Gt => {
    const bytes = fieldOf(fields, name);
    return weakness.sentinel === true && generator.equals(bytes) ? ONE : readGt(bytes);
  };
  return {
    g1: remembered((name) => readG1(fieldOf(fields, name))),
    g2: remembered((name) => readG2(fieldOf(fields, name))),
    gt: remembered(gt),
  };
}

/** Replays the transcript of a weakened verifier. */
export function challengesOf(claim: Omit<Claim, "certificate">, rounds: number, fields: Fields, weakness: Weakness): Challenges {
  const digests = { vkeyDigest: digestOfKey(claim.vkey), srsDigest: digestOfSetup(claim.srs) };
  const transcript = new Transcript(weakness.omitted ?? new Set(), claim.statement, digests);
  const hear = (...messages: readonly Message[]) => {
    for (const message of messages) transcript.hear(message, fields);
  };
  hear("states", "commitments");
  const t = transcript.challenge("t");
  hear("products");
  const xs = Array.from({ length: rounds }, (_, j) => {
    hear(`round ${j}`);
    return transcript.challenge("x");
  });
  hear("final");
  const z = transcript.challenge("z");
  hear("openings", "evaluation", "state openings");
  return { t, xs, z, y: readScalar(fieldOf(fields, "evaluation")), weights: Array.from({ length: 11 }, () => transcript.weight()) };
}

/** Names of what does not hold; nothing for a certificate that is accepted. @throws Unreadable */
function faults(claim: Claim, weakness: Weakness): string[] {
  const parsed = read(claim.certificate);
  if (parsed === undefined) throw new Unreadable("no certificate of any length");
  if (parsed.count !== claim.statement.count && weakness.believesCount !== true) return ["count"];
  const statement = { ...claim.statement, count: parsed.count };
  const points = pointsOf(parsed.fields, weakness);
  const challenges = challengesOf({ ...claim, statement }, parsed.rounds, parsed.fields, weakness);
  const { sumOfC, pairings } = equationsOf(points, challenges, statement, keyOf(claim.vkey), claim.srs, weakness.padding ?? "leading");
  const failed = sumOfC.is0() ? [] : ["0"];
  if (weakness.merged === undefined)
    return [...failed, ...pairings.filter(({ left, right }) => !equal(left, right)).map(({ name }) => name)];
  const weighted = weakness.merged === "weighted";
  const all = pairings.map(({ left, right, weight }) => power(over(left, right), weighted ? weight : 1n));
  return [...failed, ...(equal(product(...all), ONE) ? [] : ["merged"])];
}

export type Verdict = "ACCEPTED" | "CERTIFICATE_MALFORMED" | "CERTIFICATE_INVALID";

/** A proof by itself: e(A, B) = e(alpha, beta) e(IC(x), gamma) e(C, delta). */
function proofHolds({ vkey, statement, certificate }: Claim): boolean {
  const [a, b, c] = [readG1(certificate.slice(0, 32)), readG2(certificate.slice(32, 96)), readG1(certificate.slice(96))];
  if (a.is0() || b.is0() || c.is0()) throw new Unreadable("a point of the proof is infinity");
  const { alpha, beta, gamma, delta, ic } = keyOf(vkey);
  const signals = [1n, statement.oldRoot, statement.newRoot];
  const right = product(pair(alpha, beta), ...ic.map((point, i) => pair(point.multiplyUnsafe(signals[i] ?? 0n), gamma)), pair(c, delta));
  return equal(pair(a, b), right);
}

function faultsOf(claim: Claim, weakness: Weakness): string[] {
  if (claim.statement.count !== 1) return faults(claim, weakness);
  if (claim.certificate.length !== 128) throw new Unreadable("no proof of any length");
  return proofHolds(claim) ? [] : ["10"];
}

/** The reference's verdict, and by name the equations that do not hold. */
export function verifyReference(claim: Claim, weakness: Weakness = {}): { readonly verdict: Verdict; readonly failed: readonly string[] } {
  try {
    const failed = faultsOf(claim, weakness);
    return { verdict: failed.length === 0 ? "ACCEPTED" : "CERTIFICATE_INVALID", failed };
  } catch (e) {
    if (e instanceof Unreadable) return { verdict: "CERTIFICATE_MALFORMED", failed: [] };
    throw e;
  }
}
