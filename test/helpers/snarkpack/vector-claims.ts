// What the files of test vectors hold, made anew: every number follows from fixed seeds.
import { simulatedKey } from "../../unit/prover/simulated-proof.js";
import { BROKEN_CHAINS, BROKEN_PROOFS } from "./broken-chains.js";
import { readG1, readG2, readGt, writeG1, writeG2, writeGt } from "./bytes.js";
import {
  endlessPolynomial,
  harmlessPadding,
  longPolynomial,
  nothingAtAll,
  paddingBeforeStart,
  wrongPadding,
} from "./forgeries/attempts.js";
import { claimOf, falseEnd, honest, patched, SRS, VKEY } from "./forgeries/forgery.js";
import {
  boundToNothing,
  foreignCount,
  gammaIsDelta,
  identitySentinel,
  oneSecret,
  trailingPadding,
  withoutWeights,
} from "./forgeries/unbound.js";
import { ends, finalElements, firstHalving, inputs, statePolynomial, verificationKey } from "./forgeries/unheard.js";
import { G, H, pair, product, R } from "./groups.js";
import { fieldOf } from "./layout.js";
import { bare, chain } from "./proofs.js";
import { prove, type Run } from "./prover.js";
import { verifierPoints } from "./setup.js";
import type { Claim } from "./verifier.js";

/** A claim by name, made when it is asked for; with the verdict where it is on the key, setup or statement, which the reference takes as they come. */
export type Named = readonly [name: string, claim: () => Claim, verdict?: string];

const proven = (run: Run): Claim => claimOf(prove(run).certificate, run.statement);

/** The certificate of one proof. */
function single(): Claim {
  const [only] = chain(1);
  if (only === undefined) throw new Error("a chain of one");
  return claimOf(bare(only.proof), { oldRoot: only.oldRoot, newRoot: only.newRoot, count: 1 });
}

export const VALID: readonly Named[] = [
  ["1 proof", single],
  ...[2, 3, 5, 8].map((count): Named => [`${count} proofs`, () => proven(honest(count))]),
  ["3 proofs, something harmless in the padding", harmlessPadding],
];

/** A certificate of two proofs in which a field is another, its successors following from it. */
function bent(name: string, bend: (bytes: Uint8Array) => Uint8Array): Claim {
  const run = honest(2);
  const { fields } = prove(run);
  if (!name.startsWith("round")) return claimOf(patched(2, fields, { [name]: bend(fieldOf(fields, name)) }), run.statement);
  return proven({ ...run, cheat: { round: (said) => ({ ...said, [name]: bend(fieldOf(said, name)) }) } });
}

const plusG = (bytes: Uint8Array) => writeG1(readG1(bytes).add(G));
const plusH = (bytes: Uint8Array) => writeG2(readG2(bytes).add(H));
const timesGt = (bytes: Uint8Array) => writeGt(product(readGt(bytes), pair(G, H)));

/** For each equation a certificate in which it alone does not hold. */
export const ONE_EQUATION: readonly (readonly [equation: string, claim: () => Claim])[] = [
  ["0", () => bent("round 0 left zC", plusG)],
  ["1", () => bent("round 0 left zAB", timesGt)],
  ["2", () => bent("round 0 left tAB", timesGt)],
  ["3", () => bent("round 0 right uAB", timesGt)],
  ["4", () => bent("round 0 right tC", timesGt)],
  ["5", () => bent("round 0 left uC", timesGt)],
  ["6", () => bent("open v1", plusH)],
  ["7", () => bent("open v2", plusH)],
  ["8", () => bent("open w1", plusG)],
  ["9", () => bent("open w2", plusG)],
  ["10", () => proven(honest(2, { statement: falseEnd(honest(2).statement) }))],
  ["11", () => bent("open at zero", plusG)],
  ["12", () => bent("open at t", plusG)],
];

const statementsOf = (): Named[] => {
  const claim = single();
  const of = (over: Partial<Claim["statement"]>) => () => ({ ...claim, statement: { ...claim.statement, ...over } });
  return [
    ["1 proof, another old root", of({ oldRoot: claim.statement.oldRoot + 1n })],
    ["1 proof, another new root", of({ newRoot: claim.statement.newRoot + 1n })],
    ["1 proof, said to be two", of({ count: 2 })],
    ["no proof", of({ count: 0 }), "STATEMENT_MALFORMED"],
    ["half a proof", of({ count: 1.5 }), "STATEMENT_MALFORMED"],
    ["a root of r", of({ newRoot: R }), "STATEMENT_MALFORMED"],
    ["a root below zero", of({ oldRoot: -1n }), "STATEMENT_MALFORMED"],
  ];
};

/** A true certificate under something else. */
const under = (over: Partial<Claim>) => () => ({ ...proven(honest(2)), ...over });

const FOREIGN: readonly Named[] = [
  ["another setup", under({ srs: verifierPoints({ a: 5n, b: 7n }) })],
  ["secrets exchanged", under({ srs: { aG: SRS.bG, bG: SRS.aG, aH: SRS.bH, bH: SRS.aH } })],
  ["a setup of mixed secrets", under({ srs: { ...SRS, aH: SRS.bH } }), "KEY_UNSAFE"],
  ["a setup of a secret and its negative", under({ srs: verifierPoints({ a: 5n, b: -5n }) }), "KEY_UNSAFE"],
  ["a setup whose secret is one", under({ srs: verifierPoints({ a: 1n, b: 7n }) }), "KEY_UNSAFE"],
  ["a setup at infinity", under({ srs: { ...SRS, aG: new Uint8Array(32), aH: new Uint8Array(64) } }), "KEY_UNSAFE"],
  ["another key", under({ vkey: simulatedKey({ alpha: 4_321n }) })],
  ["a key of three signals", under({ vkey: { ...VKEY, nPublic: 3, IC: [...VKEY.IC, [...VKEY.vk_alpha_1]] } }), "KEY_MISMATCH"],
  ["a key off the curve", under({ vkey: { ...VKEY, vk_alpha_1: ["1", "3", "1"] } }), "PROOF_MALFORMED"],
];

export const FALSE: readonly Named[] = [
  ...ONE_EQUATION.map(([equation, claim]): Named => [`equation ${equation} alone does not hold`, claim]),
  ["V1 first halving unheard", () => firstHalving(true).claim],
  ["V2 states and roots unheard", () => inputs(true).claim],
  ["V3 ends unheard", () => ends(true).claim],
  ["V4 polynomial unheard", () => statePolynomial(true).claim],
  ["V5 one secret", () => oneSecret().claim, "KEY_UNSAFE"],
  ["V6 final elements unheard", () => finalElements(true).claim],
  ["V7 key unheard", () => verificationKey(true).claim],
  ["V8 count believed", () => foreignCount().claim],
  ["V10 no weights", () => withoutWeights().claim],
  ["V11 one has two encodings", () => identitySentinel().claim],
  ["trailing padding", () => trailingPadding().claim],
  ["gamma is delta", () => gammaIsDelta().claim, "KEY_UNSAFE"],
  ["IC_1 is infinity", () => boundToNothing().claim, "KEY_UNSAFE"],
  ["wrong padding", wrongPadding],
  ["padding before the start", paddingBeforeStart],
  ["long polynomial", () => longPolynomial(3)],
  ["endless polynomial", endlessPolynomial],
  ["infinity and one alone", nothingAtAll],
  ...FOREIGN,
  ...[...BROKEN_CHAINS, ...BROKEN_PROOFS].map(({ name, claim }): Named => [`${name} in the chain`, claim]),
  ...statementsOf(),
];
