// Forgeries against transcripts that leave a message out: the prover chooses it when he knows the challenge that should have followed from it. With
// `heard` the same is tried on a transcript that leaves nothing out.
import { readG1, readGt, writeG1, writeGt } from "../bytes.js";
import type { Message } from "../fiat-shamir.js";
import { at, G, type Gt, H, inverse, mod, over, pair, power, powerOf, product, sum1, times1, times2 } from "../groups.js";
import { innerProducts, scaled, vault } from "../halving.js";
import { keyOf } from "../key.js";
import { fieldOf } from "../layout.js";
import { evaluate } from "../polynomial.js";
import { chain, EMPTY, link, numberOf, type Place, state, vectorsOf, vectorsOfPlaces } from "../proofs.js";
import { prove } from "../prover.js";
import { challengesOf } from "../verifier.js";
import {
  claimOf,
  FALSEHOOD,
  type Forgery,
  falseEnd,
  honest,
  ic,
  patched,
  runOf,
  SRS,
  statementOf,
  VKEY,
  VKEY_OF_SNARKJS,
} from "./forgery.js";

/** What a transcript leaves out; nothing when the same trick is tried on one that does not. */
const unless = (heard: boolean, ...messages: Message[]): ReadonlySet<Message> => new Set(heard ? [] : messages);

/** Points that are no proof of anything. */
const junk = (i: number): Place => ({
  a: times1(G, numberOf("junk a", i)),
  b: times2(H, numberOf("junk b", i)),
  c: times1(G, numberOf("junk c", i)),
});

/** V1. The first halving is not hashed: Z_AB may be whatever the statement asks for, and its first cross product is solved for at the very end. */
export function firstHalving(heard: boolean): Forgery {
  const omitted = unless(heard, "round 0");
  const statement = { oldRoot: state("false", 0), newRoot: state("false", 1), count: 4 };
  const states = [statement.oldRoot, 5n, 6n, 7n];
  const vectors = vectorsOfPlaces([0, 1, 2, 3].map(junk));
  const truth = (t: bigint) => {
    const all = scaled(vault(vectors), t);
    return innerProducts(all, all);
  };
  const { alpha, beta, gamma, delta } = keyOf(VKEY);
  const wanted = (t: bigint): Gt => {
    const y = evaluate(states, t);
    const news = mod((y - statement.oldRoot) * inverse(t) + powerOf(t, 3) * statement.newRoot);
    const sum = evaluate([1n, 1n, 1n, 1n], t);
    const inputs = sum1(times1(ic(VKEY, 0), sum), times1(ic(VKEY, 1), y), times1(ic(VKEY, 2), news));
    return product(pair(times1(alpha, sum), beta), pair(inputs, gamma), pair(truth(t).zC, delta));
  };
  const { fields, t, xs } = prove({ ...honest(4, { statement, states, omitted, vectors }), cheat: { zAB: wanted } });
  const name = "round 0 left zAB";
  const surplus = over(truth(t).zAB, wanted(t));
  const solved = product(readGt(fieldOf(fields, name)), power(surplus, inverse(at(xs, 0))));
  return { claim: claimOf(patched(4, fields, { [name]: writeGt(solved) }), statement), weakness: { omitted } };
}

/** V2. Neither states nor roots are hashed: two proofs that have nothing to do with each other lead from any root, to one that t decides. */
export function inputs(heard: boolean): Forgery {
  const omitted = unless(heard, "states", "roots");
  const links = [link(state("here", 0), state("here", 1), 0), link(state("there", 0), state("there", 1), 1)];
  const oldRoot = state("false", 0);
  const olds = (t: bigint) => mod(at(links, 0).oldRoot + t * at(links, 1).oldRoot);
  const news = (t: bigint) => mod(at(links, 0).newRoot + t * at(links, 1).newRoot);
  const states = (t: bigint) => [oldRoot, mod((olds(t) - oldRoot) * inverse(t))];
  const { t, certificate } = prove(runOf(links, { omitted, cheat: { states } }));
  const newRoot = mod((news(t) - (olds(t) - oldRoot) * inverse(t)) * inverse(t));
  return { claim: claimOf(certificate, { oldRoot, newRoot, count: 2 }), weakness: { omitted } };
}

/** V3. The ends are not hashed: a chain with a gap leads to a last state that t decides. */
export function ends(heard: boolean): Forgery {
  const omitted = unless(heard, "roots");
  const links = [...chain(1), ...chain(1, "elsewhere")];
  const { t, certificate } = prove(runOf(links, { omitted }));
  const gap = at(links, 0).newRoot - at(links, 1).oldRoot;
  const statement = statementOf(links);
  const newRoot = mod(statement.newRoot + gap * inverse(t));
  return { claim: claimOf(certificate, { ...statement, newRoot }), weakness: { omitted } };
}

/** V4. F is not hashed: the padding place before the first proof makes up for an old root that was never there, and F is chosen to fit. */
export function statePolynomial(heard: boolean): Forgery {
  const omitted = unless(heard, "states");
  const links = chain(3);
  const truth = statementOf(links);
  const statement = { ...truth, oldRoot: mod(truth.oldRoot - FALSEHOOD) };
  const filling = { a: times1(ic(VKEY, 2), FALSEHOOD), b: keyOf(VKEY).gamma, c: EMPTY.c };
  const olds = (t: bigint) =>
    evaluate(
      links.map(({ oldRoot }) => oldRoot),
      t,
    );
  const states = (t: bigint) => [statement.oldRoot, mod((olds(t) - statement.oldRoot) * inverse(t))];
  const { certificate } = prove(runOf(links, { omitted, statement, vectors: vectorsOf(links, "leading", [filling]), cheat: { states } }));
  return { claim: claimOf(certificate, statement), weakness: { omitted } };
}

/** V6. What the halvings leave is not hashed: the merging weights are known before it is said, and w1*, w2* make up for a false end. */
export function finalElements(heard: boolean): Forgery {
  const weakness = { omitted: unless(heard, "final"), merged: "weighted" } as const;
  const run = honest(2, { vkey: VKEY_OF_SNARKJS, omitted: weakness.omitted });
  const statement = falseEnd(run.statement);
  const { fields, t } = prove({ ...run, statement });
  const { weights } = challengesOf({ vkey: run.vkey, srs: SRS, statement }, 1, fields, weakness);
  const [c2, c3, c8, c9] = [1, 2, 7, 8].map((i) => at(weights, i)) as [bigint, bigint, bigint, bigint];
  const missing = times1(ic(run.vkey, 2), FALSEHOOD * t); // on the right side of equation 10, against gamma = h
  const second = times1(missing, inverse(c9 - c8 * c3 * inverse(c2))); // c8 D1 + c9 D2 = missing where c2 D1 + c3 D2 = 0
  const first = times1(second, -c3 * inverse(c2));
  const moved = (name: string, by: typeof first) => ({ [name]: writeG1(readG1(fieldOf(fields, name)).add(by)) });
  const certificate = patched(2, fields, { ...moved("w1", first), ...moved("w2", second) });
  return { claim: claimOf(certificate, statement, run.vkey), weakness };
}

/** V7. The verification key is not hashed: its maker chooses IC_0 when he knows t, and no proof under that key exists. */
export function verificationKey(heard: boolean): Forgery {
  const omitted = unless(heard, "vkey");
  const run = honest(2, { omitted });
  const statement = falseEnd(run.statement);
  const { t, certificate } = prove({ ...run, statement });
  const { x, y } = ic(VKEY, 0)
    .subtract(times1(ic(VKEY, 2), FALSEHOOD * t * inverse(1n + t)))
    .toAffine();
  const vkey = { ...VKEY, IC: [[`${x}`, `${y}`, "1"], ...VKEY.IC.slice(1)] };
  return { claim: claimOf(certificate, statement, vkey), weakness: { omitted } };
}
