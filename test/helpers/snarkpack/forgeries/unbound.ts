// Forgeries against keys and setups that bind nothing, and against verifiers that bind the wrong things.
import { simulatedKey, simulatedProof } from "../../../unit/prover/simulated-proof.js";
import { readG1, writeG1, writeGt } from "../bytes.js";
import { at, G, H, INFINITY_1, inverse, mod, pair, powerOf, sum1, times1, times2 } from "../groups.js";
import { keyOf } from "../key.js";
import { fieldOf } from "../layout.js";
import { chain, EMPTY, numberOf, state, vectorsOf } from "../proofs.js";
import { prove } from "../prover.js";
import { SECRETS, verifierPoints } from "../setup.js";
import { claimOf, FALSEHOOD, type Forgery, falseEnd, honest, ic, patched, runOf, statementOf, VKEY, VKEY_OF_SNARKJS } from "./forgery.js";

/**
 * V5. One secret in place of two: B_0 + a c h and B_1 - c h have the commitment of B_0 and B_1. The difference meets nothing but IC_2, which stands in
 * the padding as A_1, and c is chosen when t is known.
 */
export function oneSecret(): Forgery {
  const secrets = { a: SECRETS.a, b: SECRETS.a };
  const links = chain(6);
  const statement = falseEnd(statementOf(links));
  const committed = vectorsOf(links, "leading", [EMPTY, { ...EMPTY, a: ic(VKEY_OF_SNARKJS, 2) }]);
  const vectors = (t: bigint) => {
    const c = mod(-FALSEHOOD * powerOf(t, 6)); // t c IC_2 is FALSEHOOD t^7 IC_2, what the last proof lacks, against gamma = h
    return { ...committed, b: [times2(H, SECRETS.a * c), times2(H, -c), ...committed.b.slice(2)] };
  };
  const run = runOf(links, { vkey: VKEY_OF_SNARKJS, secrets, statement, vectors: committed, cheat: { vectors } });
  return { claim: { ...claimOf(prove(run).certificate, statement, VKEY_OF_SNARKJS), srs: verifierPoints(secrets) }, weakness: {} };
}

/** V8. The certificate's own count is believed: it passes for a statement of another. */
export function foreignCount(): Forgery {
  const run = honest(3);
  return { claim: claimOf(prove(run).certificate, { ...run.statement, count: 4 }), weakness: { believesCount: true } };
}

/** V10. Equations are multiplied without weights: the openings of F, which come last, make up for a false end. */
export function withoutWeights(): Forgery {
  const run = honest(2, { vkey: VKEY_OF_SNARKJS });
  const statement = falseEnd(run.statement);
  const { fields, t } = prove({ ...run, statement });
  const missing = times1(ic(run.vkey, 2), FALSEHOOD * t); // t^(N - 1) FALSEHOOD IC_2, against gamma = h
  const shift = times1(missing, inverse(t)); // e(X, a h) e(-X, a h - t h) = e(t X, h)
  const moved = (name: string, by: typeof shift) => ({ [name]: writeG1(readG1(fieldOf(fields, name)).add(by)) });
  const certificate = patched(2, fields, { ...moved("open at zero", shift.negate()), ...moved("open at t", shift) });
  return { claim: claimOf(certificate, statement, run.vkey), weakness: { merged: "unweighted" } };
}

/** V11. e(g, h) stands for one: a commitment to nothing has a second encoding, which commits to something. */
export function identitySentinel(): Forgery {
  const states = [0, 1, 2].map((i) => state("chain", i));
  const logs = [0, 1].map((i) => {
    const a = numberOf("proof a", i);
    const signals = 17n + 19n * at(states, i) + 23n * at(states, i + 1);
    return { a, b: mod((1_234_567n * 7_654_321n + signals) * inverse(a)) }; // logarithms for which C is infinity
  });
  const vectors = { a: logs.map(({ a }) => times1(G, a)), b: logs.map(({ b }) => times2(H, b)), c: [INFINITY_1, INFINITY_1] };
  const statement = { oldRoot: at(states, 0), newRoot: at(states, 2), count: 2 };
  const run = { ...honest(2, { statement, vectors, states: states.slice(0, 2) }), cheat: { one: writeGt(pair(G, H)) } };
  return { claim: claimOf(prove(run).certificate, statement), weakness: { sentinel: true } };
}

/**
 * Proofs first, padding after them. A proof more than there are is checked for [f_m, f_(m+1)]: with A = d IC_1, B = gamma and f_m = d it holds, and the
 * last true proof is checked for d + s_m.
 */
export function trailingPadding(): Forgery {
  const links = chain(3);
  const truth = statementOf(links);
  const statement = { ...truth, newRoot: mod(truth.newRoot - FALSEHOOD) };
  const filling = { a: times1(ic(VKEY, 1), FALSEHOOD), b: keyOf(VKEY).gamma, c: EMPTY.c };
  const states = [...links.map(({ oldRoot }) => oldRoot), FALSEHOOD];
  const { certificate } = prove(runOf(links, { statement, states, vectors: vectorsOf(links, "trailing", [filling]) }));
  return { claim: claimOf(certificate, statement), weakness: { padding: "trailing" } };
}

/** gamma = delta, a key without a ceremony: A = alpha, B = beta and C = -IC(x) prove anything. */
export function gammaIsDelta(): Forgery {
  const vkey = simulatedKey({ gamma: 271_828n });
  const { alpha, beta, ic: points } = keyOf(vkey);
  const states = [0, 1, 2].map((i) => state("false", i));
  const c = [0, 1].map((i) => sum1(...points.map((point, j) => times1(point, at([1n, at(states, i), at(states, i + 1)], j)))).negate());
  const statement = { oldRoot: at(states, 0), newRoot: at(states, 2), count: 2 };
  const run = { ...honest(2, { vkey, statement, states: states.slice(0, 2) }), vectors: { a: [alpha, alpha], b: [beta, beta], c } };
  return { claim: claimOf(prove(run).certificate, statement, vkey), weakness: {} };
}

/** IC_1 at infinity: nothing holds the coefficients of F above the last old state at zero, and the last proof is checked for f_m + s_m. */
export function boundToNothing(): Forgery {
  const vkey = { ...VKEY, IC: [at(VKEY.IC, 0), ["0", "1", "0"], at(VKEY.IC, 2)] };
  const roots = [0, 1, 2].map((i) => state("chain", i));
  const links = [0, 1].map((i) => {
    const [oldRoot, newRoot] = [at(roots, i), at(roots, i + 1)];
    return { oldRoot, newRoot, proof: simulatedProof([0n, newRoot], numberOf("proof a", i), numberOf("proof b", i)) };
  });
  const truth = statementOf(links);
  const statement = { ...truth, newRoot: mod(truth.newRoot - FALSEHOOD) };
  const states = [...links.map(({ oldRoot }) => oldRoot), FALSEHOOD];
  return { claim: claimOf(prove(runOf(links, { vkey, statement, states })).certificate, statement, vkey), weakness: {} };
}
