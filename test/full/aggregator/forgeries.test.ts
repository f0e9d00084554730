// Forged certificates, each made, and not only described: a verifier with the weakness accepts it, ours does not. V1 to V11 are faults of other programs.
import { beforeAll, describe, expect, it } from "vitest";
import {
  endlessPolynomial,
  harmlessPadding,
  longPolynomial,
  nothingAtAll,
  paddingBeforeStart,
  wrongPadding,
} from "../../helpers/snarkpack/forgeries/attempts.js";
import { claimOf, type Forgery, honest, SRS } from "../../helpers/snarkpack/forgeries/forgery.js";
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
import { verifierPoints } from "../../helpers/snarkpack/setup.js";
import { clientJudges, type Judge, unanimous, verdictsOf } from "../../helpers/snarkpack/verdicts.js";
import { type Claim, verifyReference } from "../../helpers/snarkpack/verifier.js";
import { simulatedKey } from "../../unit/prover/simulated-proof.js";

let judges: Readonly<Record<string, Judge>>;
beforeAll(async () => {
  judges = await clientJudges();
});

const expectVerdict = (claim: Claim, verdict: string) => expect(verdictsOf(judges, claim)).toEqual(unanimous(judges, verdict));

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
    ["V1: the first halving", firstHalving],
    ["V2: states and roots", inputs],
    ["V3: the ends", ends],
    ["V4: the polynomial of states", statePolynomial],
    ["V6: what the halvings leave", finalElements],
    ["V7: the verification key", verificationKey],
  ])("%s", (_, forge) => {
    expectForged(forge(false));
    expectVerdict(forge(true).claim, "CERTIFICATE_INVALID");
  });
});

describe("a setup that binds nothing", () => {
  it("V5: of one secret has collisions, takes a forgery and is refused", () => {
    const a = 1_000_003n;
    expect(equal(pair(times1(G, a), H), pair(G, times2(H, a)))).toBe(true); // (a g, 0) and (0, h) under v = (h), w = (a g)
    expectForged(oneSecret(), "KEY_UNSAFE");
  });

  it("of a secret and its negative is refused", () => {
    const claim = { ...claimOf(new Uint8Array(), honest(2).statement), srs: verifierPoints({ a: 1_000_003n, b: -1_000_003n }) };
    expectVerdict(claim, "KEY_UNSAFE");
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
  it("may hold what touches no proof: the statement is true", () => expectVerdict(harmlessPadding(), "ACCEPTED"));
  it("may not hold anything else", () => expectVerdict(wrongPadding(), "CERTIFICATE_INVALID"));
  it("does not make up for a false old root", () => expectVerdict(paddingBeforeStart(), "CERTIFICATE_INVALID"));
});

describe("a polynomial of states with more coefficients than there are proofs is refused by the equation of the proofs", () => {
  it.each([
    ["without padding", () => longPolynomial(2)],
    ["with padding", () => longPolynomial(3)],
    ["with a tail in which new states cancel old ones", endlessPolynomial],
  ])("%s", (_, attempt) => {
    const claim = attempt();
    expect(verifyReference(claim).failed).toEqual(["10"]);
    expectVerdict(claim, "CERTIFICATE_INVALID");
  });
});

describe("a certificate is bound to its key and setup", () => {
  it("under others it is refused, and so is one of infinity alone", () => {
    const run = honest(2);
    const claim = claimOf(prove(run).certificate, run.statement);
    expectVerdict(claim, "ACCEPTED");
    expectVerdict({ ...claim, srs: verifierPoints({ a: 5n, b: 7n }) }, "CERTIFICATE_INVALID");
    expectVerdict({ ...claim, srs: { ...SRS, aG: SRS.bG, bG: SRS.aG, aH: SRS.bH, bH: SRS.aH } }, "CERTIFICATE_INVALID");
    expectVerdict({ ...claim, srs: { ...SRS, aH: SRS.bH } }, "KEY_UNSAFE");
    expectVerdict({ ...claim, vkey: simulatedKey({ alpha: 4_321n }) }, "CERTIFICATE_INVALID");
    expectVerdict(nothingAtAll(), "CERTIFICATE_INVALID");
  });
});
