// A certificate of something false, and the verifier that takes it.
import type { VerificationKey } from "../../../../core/groth16.js";
import type { ChainStatement } from "../../../../core/snarkpack/statement.js";
import { simulatedKey } from "../../../unit/prover/simulated-proof.js";
import { at, type G1, mod } from "../groups.js";
import { keyOf } from "../key.js";
import { type Fields, write } from "../layout.js";
import { chain, type Link, vectorsOf } from "../proofs.js";
import type { Run } from "../prover.js";
import { SECRETS, verifierPoints } from "../setup.js";
import type { Claim, Weakness } from "../verifier.js";

export interface Forgery {
  readonly claim: Claim;
  /** With this weakness a verifier accepts. */
  readonly weakness: Weakness;
}

export const VKEY = simulatedKey();
/** A key whose gamma is the generator, as snarkjs leaves it. */
export const VKEY_OF_SNARKJS = simulatedKey({ gamma: 1n });
export const SRS = verifierPoints(SECRETS);
export const FALSEHOOD = 777n;

/** What a chain truly says. */
export const statementOf = (links: readonly Link[]): ChainStatement => ({
  oldRoot: at(links, 0).oldRoot,
  newRoot: at(links, links.length - 1).newRoot,
  count: links.length,
});

/** A statement whose last state is off by FALSEHOOD. */
export const falseEnd = (statement: ChainStatement): ChainStatement => ({ ...statement, newRoot: mod(statement.newRoot + FALSEHOOD) });

/** An honest run over the proofs, whether they form a chain or not. */
export const runOf = (links: readonly Link[], over: Partial<Run> = {}): Run => ({
  vkey: VKEY,
  secrets: SECRETS,
  statement: statementOf(links),
  vectors: vectorsOf(links),
  states: links.map(({ oldRoot }) => oldRoot),
  ...over,
});

export const honest = (count: number, over: Partial<Run> = {}): Run => runOf(chain(count), over);

export const claimOf = (certificate: Uint8Array, statement: ChainStatement, vkey: VerificationKey = VKEY): Claim => ({
  vkey,
  srs: SRS,
  statement,
  certificate,
});

/** A certificate with some fields replaced. */
export const patched = (count: number, fields: Fields, changes: Fields): Uint8Array => write(count, { ...fields, ...changes });

/** IC_i of a key: the point by which signal i comes in, IC_0 the constant. */
export const ic = (vkey: VerificationKey, i: 0 | 1 | 2): G1 => at(keyOf(vkey).ic, i);
