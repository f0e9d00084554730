// Forged certificates, each made, and not only described: a verifier with the weakness accepts it, ours does not. V1 to V11 are faults of other programs.
// The same tricks against ours, and more that nobody accepts, are in test/vectors/snarkpack/false.json.
import { beforeAll, describe, expect, it } from "vitest";
import { claimOf, type Forgery, honest } from "../../helpers/snarkpack/forgeries/forgery.js";
import {
  boundToNothing,
  foreignCount,
  gammaIsDelta,
  identitySentinel,
  oneSecret,
  trailingPadding,
  withoutWeights,
} from "../../helpers/snarkpack/forgeries/unbound.js";
import { ends, finalElements, firstHalving, inputs, statePolynomial, verificationKey } from "../../helpers/snarkpack/forgeries/unheard.js";
import { equal, G, H, pair, times1, times2 } from "../../helpers/snarkpack/groups.js";
import { prove } from "../../helpers/snarkpack/prover.js";
import { claimNamed, loaded, readClaims, storedNamed } from "../../helpers/snarkpack/vector-files.js";
import { clientJudges, type Judge, unanimous, verdictsOf } from "../../helpers/snarkpack/verdicts.js";
import { type Claim, verifyReference } from "../../helpers/snarkpack/verifier.js";

let judges: Readonly<Record<string, Judge>>;
beforeAll(async () => {
  judges = await clientJudges();
});

const expectVerdict = (claim: Claim, verdict: string) => expect(verdictsOf(judges, claim)).toEqual(unanimous(judges, verdict));

const [valid, untrue] = [readClaims("valid"), readClaims("false")];

/** A stored claim is refused because these equations do not hold. */
function expectRefused(name: string, failed: readonly string[]): void {
  const stored = storedNamed(untrue, name);
  expect(stored.failed).toEqual(failed);
  expectVerdict(loaded(untrue, stored), "CERTIFICATE_INVALID");
}

/** A verifier with the weakness takes it, ours refuses it. */
function expectForged({ claim, weakness }: Forgery, code = "CERTIFICATE_INVALID"): void {
  expect(verifyReference(claim, weakness)).toEqual({ verdict: "ACCEPTED", failed: [] });
  expectVerdict(claim, code);
}

describe("a true certificate", () => {
  it("is accepted by the reference and by every library", () => {
    const run = honest(3);
    const claim = claimOf(prove(run).certificate, run.statement);
    expect(verifyReference(claim)).toEqual({ verdict: "ACCEPTED", failed: [] });
    expectVerdict(claim, "ACCEPTED");
  });
});

describe("a transcript that leaves a message out takes a forgery, ours refuses it and the same trick on itself", () => {
  it.each([
    ["V1 first halving unheard", firstHalving],
    ["V2 states and roots unheard", inputs],
    ["V3 ends unheard", ends],
    ["V4 polynomial unheard", statePolynomial],
    ["V6 final elements unheard", finalElements],
    ["V7 key unheard", verificationKey],
  ] as const)("%s", (name, forge) => {
    expectForged(forge(false));
    expectVerdict(claimNamed(untrue, name), "CERTIFICATE_INVALID");
  });
});

describe("a setup that binds nothing", () => {
  it("V5: of one secret has collisions, takes a forgery and is refused", () => {
    const a = 1_000_003n;
    expect(equal(pair(times1(G, a), H), pair(G, times2(H, a)))).toBe(true); // (a g, 0) and (0, h) under v = (h), w = (a g)
    expectForged(oneSecret(), "KEY_UNSAFE");
  });
});

describe("a verifier that does less than ours", () => {
  it("V8: believes a certificate's own count", () => expectForged(foreignCount()));
  it("V10: multiplies equations without weights", () => expectForged(withoutWeights()));
  it("V11: reads e(g, h) as one", () => expectForged(identitySentinel()));
  it("puts padding after the proofs, where it can move the last state", () => expectForged(trailingPadding()));
});

describe("a key under which anyone can forge is refused", () => {
  it("gamma is delta", () => expectForged(gammaIsDelta(), "KEY_UNSAFE"));
  it("IC_1 is infinity, so that F may go on above the last old state", () => expectForged(boundToNothing(), "KEY_UNSAFE"));
});

describe("padding before the proofs", () => {
  it("may hold what touches no proof: the statement is true", () =>
    expectVerdict(claimNamed(valid, "3 proofs, something harmless in the padding"), "ACCEPTED"));
  it("may not hold anything else", () => expectRefused("wrong padding", ["10"]));
  it("does not make up for a false old root", () => expectRefused("padding before the start", ["10"]));
});

describe("a polynomial of states with more coefficients than there are proofs is refused by the equation of the proofs", () => {
  it("with padding", () => expectRefused("long polynomial", ["10"]));
  it("without, and with a tail in which new states cancel old ones", () => expectRefused("endless polynomial", ["10"]));
});
