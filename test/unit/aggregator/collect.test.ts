// What the service takes from a ledger: proofs in order and without a gap, that hold, chain and belong to one key.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { batchCheck } from "../../../aggregator/batch-check.js";
import { type CollectOptions, collect } from "../../../aggregator/collect.js";
import { ZkStateError } from "../../../core/errors.js";
import type { PairingBackend } from "../../../core/pairing/backend.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { verificationKeyDigest } from "../../../core/vkey-digest.js";
import { type SimulatedSource, simulatedSource } from "../../helpers/simulated-source.js";
import { proofWithStrayB, simulatedKey, simulatedProof } from "../prover/simulated-proof.js";

let backend: PairingBackend;
let whole: SimulatedSource;
let source: SimulatedSource;
let options: CollectOptions;
beforeAll(async () => {
  backend = await mclBackend();
  whole = simulatedSource({ batches: 6 });
});
beforeEach(() => {
  source = { ...whole, unproven: whole.unproven, edits: whole.edits };
  source.unproven.clear();
  source.edits.clear();
  const { ledgerId } = source.genesis;
  options = {
    source,
    ledgerId,
    vkeyDigest: verificationKeyDigest(simulatedKey()),
    production: false,
    check: batchCheck(backend, simulatedKey()),
  };
});

const numbers = [1, 2, 3, 4, 5, 6];
const got = async (wanted = numbers) => {
  const { batches, held } = await collect(options, wanted);
  return { taken: batches.map(({ batch }) => batch.batchNumber), held };
};
const error = (code: string, batchNumber: number) => expect.objectContaining({ code, details: { batchNumber } });

describe("collecting proofs", () => {
  it("takes all that are wanted, as certificates of one batch", async () => {
    expect(await got()).toEqual({ taken: numbers, held: undefined });
    expect(await got([4, 5])).toEqual({ taken: [4, 5], held: undefined });
    expect(await got([])).toEqual({ taken: [], held: undefined });
    for (const { certificate } of (await collect(options, numbers)).batches) expect(certificate).toHaveLength(128);
  });

  it("holds what comes after a batch without a proof, and counts it", async () => {
    for (const n of [3, 5]) source.unproven.add(n);
    expect(await got()).toEqual({ taken: [1, 2], held: { batchNumber: 3, waiting: 2, error: undefined } });
    source.unproven.add(1);
    expect(await got()).toEqual({ taken: [], held: { batchNumber: 1, waiting: 3, error: undefined } });
  });

  it("names a wrong proof and takes what is before it", async () => {
    source.edits.set(4, { proof: simulatedProof([1n, 2n]) });
    source.edits.set(6, { proof: simulatedProof([1n, 2n]) });
    expect(await got()).toEqual({ taken: [1, 2, 3], held: { batchNumber: 4, waiting: 2, error: error("PROOF_INVALID", 4) } });
  });

  it("takes nothing after a gap even if a proof before it is wrong", async () => {
    source.unproven.add(5);
    source.edits.set(2, { proof: simulatedProof([1n, 2n]) });
    expect(await got()).toMatchObject({ taken: [1], held: { batchNumber: 2, waiting: 3 } });
  });

  it("refuses points that are none, or outside the subgroup", async () => {
    source.edits.set(2, { proof: proofWithStrayB([1n, 2n]) });
    expect(await got()).toMatchObject({ taken: [1], held: { batchNumber: 2, error: error("PROOF_MALFORMED", 2) } });
    const { proof } = (await whole.proof(3)) ?? { proof: simulatedProof([]) };
    source.edits.set(2, { proof: { ...proof, pi_b: proofWithStrayB([1n, 2n]).pi_b } });
    expect(await got()).toMatchObject({ taken: [1], held: { batchNumber: 2, error: error("PROOF_MALFORMED", 2) } });
  });

  it.each([
    ["another ledger", { ledgerId: 8n }],
    ["another batch", { batchNumber: 5 }],
    ["another old root", { oldRoot: 8n }],
    ["another new root", { newRoot: 8n }],
  ])("refuses a valid proof of %s", async (_, edit) => {
    source.edits.set(3, edit);
    expect(await got()).toMatchObject({ taken: [1, 2], held: { error: error("PROOF_INVALID", 3) } });
  });

  it("refuses another key", async () => {
    source.edits.set(3, { vkey: simulatedKey({ delta: 99_991n }) });
    expect(await got()).toMatchObject({ taken: [1, 2], held: { error: error("KEY_MISMATCH", 3) } });
  });

  it("refuses development keys in production, and takes production keys", async () => {
    options = { ...options, production: true };
    expect(await got()).toMatchObject({ taken: [], held: { error: error("DEVELOPMENT_KEY", 1) } });
    for (const n of [1, 2]) source.edits.set(n, { keys: "production" });
    expect(await got()).toMatchObject({ taken: [1, 2], held: { error: error("DEVELOPMENT_KEY", 3) } });
  });

  it("names the batch for which the source has no good proof, and passes on what is not the proof's fault", async () => {
    const failing = (code: "PROOF_INVALID" | "IO_FAILED") => ({
      ...source,
      proof: async (n: number) => {
        if (n === 2) throw new ZkStateError({ code, message: "No." });
        return source.proof(n);
      },
    });
    options = { ...options, source: failing("PROOF_INVALID") };
    expect(await got()).toMatchObject({ taken: [1], held: { error: error("PROOF_INVALID", 2) } });
    options = { ...options, source: failing("IO_FAILED") };
    await expect(got()).rejects.toMatchObject({ code: "IO_FAILED" });
  });

  it.each([
    ["does not continue the batch before", 3],
    ["does not start from the genesis", 1],
  ])("throws when the ledger's table %s", async (_, broken) => {
    const roots = (n: number) => {
      const found = source.roots(n);
      return found === undefined || n !== broken ? found : { ...found, oldRoot: 8n };
    };
    options = { ...options, source: { ...source, roots } };
    await expect(got()).rejects.toMatchObject({ code: "CHAIN_BROKEN" });
  });

  it("takes 64 at most at a time", async () => {
    const many = Array.from({ length: 100 }, (_, i) => i + 1);
    const asked: number[] = [];
    const first = await source.proof(1);
    const same = { ...source, roots: () => ({ oldRoot: first?.oldRoot ?? 0n, newRoot: first?.oldRoot ?? 0n }) };
    const endless = {
      ...same,
      proof: async (batchNumber: number) => {
        asked.push(batchNumber);
        return first && { ...first, batchNumber, newRoot: first.oldRoot };
      },
    };
    options = { ...options, source: endless, check: () => [] };
    expect((await collect(options, many)).batches).toHaveLength(64);
    expect(asked).toEqual(many.slice(0, 64));
  });
});
