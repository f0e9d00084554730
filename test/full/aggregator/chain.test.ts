// What a certificate says about a chain: only proofs that hold, each from where the one before it ended, in this order, this many, between these ends.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PointCodec } from "../../../aggregator/curve/points.js";
import { aggregate } from "../../../aggregator/snarkpack/aggregate.js";
import type { ChainProof } from "../../../aggregator/snarkpack/chain.js";
import { writeDevelopmentSrs } from "../../../aggregator/snarkpack/development-srs.js";
import { openSrs, type ProverSrs } from "../../../aggregator/snarkpack/srs.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import type { VerificationKey } from "../../../core/groth16.js";
import { snarkjsBackend } from "../../../prover/backends/snarkjs.js";
import { openCurve } from "../../../prover/keys/wasm-curve.js";
import { computeWitness } from "../../../prover/witness.js";
import { BROKEN_CHAINS, BROKEN_PROOFS, type BrokenChain } from "../../helpers/snarkpack/broken-chains.js";
import { littleEndian } from "../../helpers/snarkpack/bytes.js";
import { claimOf, honest, SRS, statementOf, VKEY } from "../../helpers/snarkpack/forgeries/forgery.js";
import { at } from "../../helpers/snarkpack/groups.js";
import { chain, state } from "../../helpers/snarkpack/proofs.js";
import { prove } from "../../helpers/snarkpack/prover.js";
import { SECRETS } from "../../helpers/snarkpack/setup.js";
import { claimNamed, readClaims } from "../../helpers/snarkpack/vector-files.js";
import { clientJudges, type Judge, unanimous, verdictsOf } from "../../helpers/snarkpack/verdicts.js";
import type { Claim } from "../../helpers/snarkpack/verifier.js";
import { prepared, tempDir } from "../../helpers/toy-circuit.js";

let judges: Readonly<Record<string, Judge>>;
let srs: ProverSrs;
const cache = tempDir();
const untrue = readClaims("false");
beforeAll(async () => {
  const path = join(await cache, "powers.bin");
  await writeDevelopmentSrs(path, 8, {}, { a: littleEndian(SECRETS.a), b: littleEndian(SECRETS.b) });
  srs = await openSrs(path, new PointCodec(await openCurve(await compileFastCurve())));
  judges = await clientJudges();
});

/** The claim that the prover makes of these proofs. */
async function claimBy(proofs: readonly ChainProof[], vkey: VerificationKey = VKEY): Promise<Claim> {
  const { certificate, statement } = await aggregate({ proofs, vkey, srs });
  return claimOf(certificate, statement, vkey);
}

const expectVerdict = (claim: Claim, verdict: string) => expect(verdictsOf(judges, claim)).toEqual(unanimous(judges, verdict));

describe("the prover and the reference prover", () => {
  it.each([2, 3, 5, 8])("make the same bytes of %i proofs", async (count) => {
    const claim = await claimBy(chain(count));
    expect(claim.srs).toEqual(srs.verifier);
    expect(Buffer.from(claim.certificate).equals(prove(honest(count)).certificate)).toBe(true);
  });
});

describe("a chain that is broken", () => {
  const byName = (list: readonly BrokenChain[]) => list.map(({ name, links }) => [name, links] as const);
  /** The certificate that the reference prover makes of it, who does not look. */
  const made = (name: string) => claimNamed(untrue, `${name} in the chain`);

  it.each(byName(BROKEN_CHAINS))("by %s is not aggregated, and refused if it is", async (name, links) => {
    await expect(claimBy(links)).rejects.toMatchObject({ code: "CHAIN_BROKEN" });
    expectVerdict(made(name), "CERTIFICATE_INVALID");
  });

  it.each(byName(BROKEN_PROOFS))("by %s is refused, whoever aggregates it", async (name, links) => {
    expectVerdict(await claimBy(links), "CERTIFICATE_INVALID");
    expectVerdict(made(name), "CERTIFICATE_INVALID");
  });

  it("is refused when its roots are renamed so that they seem to fit", async () => {
    const renamed = [at(chain(3), 0), { ...at(chain(3), 2), oldRoot: state("chain", 1) }];
    expectVerdict(await claimBy(renamed), "CERTIFICATE_INVALID");
  });
});

describe("a true certificate is refused", () => {
  let claim: Claim;
  beforeAll(async () => {
    claim = await claimBy(chain(3));
  });
  const about = (over: Partial<Claim["statement"]>) =>
    expectVerdict({ ...claim, statement: { ...claim.statement, ...over } }, "CERTIFICATE_INVALID");

  it("for no other reason than the following", () => expectVerdict(claim, "ACCEPTED"));
  it("from another old root", () => about({ oldRoot: state("chain", 1) }));
  it("to another new root", () => about({ newRoot: state("chain", 2) }));
  it("in the other direction", () => about({ oldRoot: claim.statement.newRoot, newRoot: claim.statement.oldRoot }));
  it("for one proof less and one more", () => {
    about({ count: 2 });
    about({ count: 4 });
  });

  it("for one proof more, though its own count says so too", () => {
    const certificate = new Uint8Array(claim.certificate);
    certificate[4] = 4;
    expectVerdict({ ...claim, certificate, statement: { ...claim.statement, count: 4 } }, "CERTIFICATE_INVALID");
  });

  it("for a part of its chain", () => {
    expectVerdict({ ...claim, statement: statementOf(chain(2)) }, "CERTIFICATE_INVALID");
  });
});

describe("proofs of a circuit", () => {
  const step = "template Step() { signal input old; signal input new; signal input x; new === old + x * x; }";
  const source = {
    name: "step",
    mainCircom: `pragma circom 2.1.0;\n${step}\ncomponent main { public [old, new] } = Step();\n`,
    includeDirs: [],
  };

  it("that form a chain are aggregated and accepted, under their own key only", async () => {
    const dir = await cache;
    const { circuit, keys } = await prepared(source, dir);
    const proofs = [];
    for (const [old, x] of [[1n, 2n], [5n, 3n]] as const) {
      const wtnsPath = join(dir, `${old}.wtns`);
      const newRoot = old + x * x;
      await computeWitness({ wasmPath: circuit.wasmPath, input: { old: `${old}`, new: `${newRoot}`, x: `${x}` }, wtnsPath });
      const { proof } = await snarkjsBackend.prove({ zkeyPath: keys.zkeyPath, wtnsPath });
      proofs.push({ proof, oldRoot: old, newRoot });
    } // biome-ignore format: one line
    const claim = await claimBy(proofs, keys.vkey);
    expect(claim.statement).toEqual({ oldRoot: 1n, newRoot: 14n, count: 2 });
    expectVerdict(claim, "ACCEPTED");
    expectVerdict({ ...claim, statement: { ...claim.statement, newRoot: 15n } }, "CERTIFICATE_INVALID");
    expectVerdict({ ...claim, vkey: VKEY }, "CERTIFICATE_INVALID");
    expect(claim.srs).toEqual(SRS);
  });
});
