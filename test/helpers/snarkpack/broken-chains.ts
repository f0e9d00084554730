// Proofs that hold one by one and form no chain, and chains with a proof that does not hold: each with the certificate that a prover makes who does not look.
import { simulatedProof } from "../../unit/prover/simulated-proof.js";
import { claimOf, runOf, statementOf } from "./forgeries/forgery.js";
import { at } from "./groups.js";
import { chain, type Link, link, numberOf, state } from "./proofs.js";
import { prove } from "./prover.js";
import type { Claim } from "./verifier.js";

const claim = (links: readonly Link[], statement = statementOf(links)): Claim =>
  claimOf(prove(runOf(links, { statement })).certificate, statement);

/** Proof `i` of a chain replaced. */
const replaced = (links: readonly Link[], i: number, by: Link): Link[] => links.map((old, j) => (j === i ? by : old));

/** A proof from the key of other secrets. */
const ofOtherKey = ({ oldRoot, newRoot }: Link): Link => {
  const [a, b] = [numberOf("proof a", 9), numberOf("proof b", 9)];
  return { oldRoot, newRoot, proof: simulatedProof([oldRoot, newRoot], a, b, { alpha: 4_321n, delta: 8_765n }) };
};

/** Links in the order of a history's steps by number. */
const steps = (...numbers: readonly number[]): Link[] => numbers.flatMap((i) => chain(1, "chain", i));

export interface BrokenChain {
  readonly name: string;
  readonly links: readonly Link[];
  /** The certificate, and what it claims. */
  readonly claim: () => Claim;
}

const broken = (name: string, links: readonly Link[]): BrokenChain => ({ name, links, claim: () => claim(links) });

/** Chains that do not hang together; the ends of all are those of their first and last proof. */
export const BROKEN_CHAINS: readonly BrokenChain[] = [
  broken("a gap", steps(0, 1, 3)),
  broken("a gap of one unit", replaced(steps(0, 1, 2), 1, link(state("chain", 1) + 1n, state("chain", 2), 1))),
  broken("an overlap", steps(0, 1, 1, 2)),
  broken("two proofs in the wrong order", steps(0, 2, 1, 3)),
  broken("the whole chain backwards", steps(2, 1, 0)),
  broken("one proof twice", steps(0, 0)),
];

/** Chains that hang together, with a proof that does not hold. */
export const BROKEN_PROOFS: readonly BrokenChain[] = [
  broken("a proof under another key", replaced(steps(0, 1, 2), 1, ofOtherKey(at(steps(1), 0)))),
  broken("a proof for another step", replaced(steps(0, 1, 2), 2, { ...at(steps(2), 0), proof: at(steps(7), 0).proof })),
  broken(
    "B of another proof",
    replaced(steps(0, 1), 0, { ...at(steps(0), 0), proof: { ...at(steps(0), 0).proof, pi_b: at(steps(1), 0).proof.pi_b } }),
  ),
];
