// What a prover may try where only the places and coefficients are his: one is harmless, the others have to fail by the proofs' own equation.
import { at, G, inverse, mod, times1 } from "../groups.js";
import { keyOf } from "../key.js";
import { chain, EMPTY, numberOf, vectorsOf } from "../proofs.js";
import { prove } from "../prover.js";
import type { Claim } from "../verifier.js";
import { claimOf, FALSEHOOD, honest, ic, runOf, VKEY } from "./forgery.js";

/** Something in the padding that satisfies e(A, B) = e(C, delta): the statement is true all the same. */
export function harmlessPadding(): Claim {
  const links = chain(3);
  const a = times1(G, numberOf("junk a", 0));
  const run = runOf(links, { vectors: vectorsOf(links, "leading", [{ a, b: keyOf(VKEY).delta, c: a }]) });
  return claimOf(prove(run).certificate, run.statement);
}

/** Something in the padding that does not: the statement is true, and refused. */
export function wrongPadding(): Claim {
  const links = chain(3);
  const a = times1(G, numberOf("junk a", 0));
  const run = runOf(links, { vectors: vectorsOf(links, "leading", [{ a, b: keyOf(VKEY).delta, c: times1(a, 2n) }]) });
  return claimOf(prove(run).certificate, run.statement);
}

/** F goes on above the last old state, so that the last proof would be checked for f_m + s_m. */
export function longPolynomial(count: number): Claim {
  const run = honest(count);
  const statement = { ...run.statement, newRoot: mod(run.statement.newRoot - FALSEHOOD) };
  return claimOf(prove({ ...run, statement, states: [...run.states, FALSEHOOD] }).certificate, statement);
}

/** F goes on as far as public powers do, its upper coefficients chosen so that each new state would cancel the old one above it. */
export function endlessPolynomial(): Claim {
  const run = honest(2);
  const statement = { ...run.statement, newRoot: mod(run.statement.newRoot - FALSEHOOD) };
  const ratio = mod(-19n * inverse(23n)); // IC_1 over IC_2, whose logarithms nobody knows: f_(j+1) = -f_j IC_1 / IC_2
  const tail = Array.from({ length: 4 }, (_, i) => mod(FALSEHOOD * ratio ** BigInt(i)));
  return claimOf(prove({ ...run, statement, states: [...run.states, ...tail] }).certificate, statement);
}

/** The padding place before the first proof makes up for a false old root, as it may where F is not hashed (V4); here F is fixed first. */
export function paddingBeforeStart(): Claim {
  const links = chain(3);
  const run = runOf(links);
  const statement = { ...run.statement, oldRoot: mod(run.statement.oldRoot - FALSEHOOD) };
  const filling = { a: times1(ic(VKEY, 2), FALSEHOOD), b: keyOf(VKEY).gamma, c: EMPTY.c };
  const states = [statement.oldRoot, ...links.slice(1).map(({ oldRoot }) => oldRoot)];
  return claimOf(prove({ ...run, statement, states, vectors: vectorsOf(links, "leading", [filling]) }).certificate, statement);
}

/** No point is anything but infinity, no product anything but one. */
export function nothingAtAll(): Claim {
  const run = honest(2);
  const vectors = { a: [EMPTY.a, EMPTY.a], b: [EMPTY.b, EMPTY.b], c: [EMPTY.c, EMPTY.c] };
  const states = [at(run.states, 0)];
  return claimOf(prove({ ...run, vectors, states }).certificate, run.statement);
}
