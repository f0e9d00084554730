// The aggregation prover: its certificates are those of a prover who knows every logarithm, byte for byte, whatever the number of threads.
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PointCodec } from "../../../aggregator/curve/points.js";
import { type AggregateOptions, aggregate } from "../../../aggregator/snarkpack/aggregate.js";
import { writeDevelopmentSrs } from "../../../aggregator/snarkpack/development-srs.js";
import { openSrs, type ProverSrs } from "../../../aggregator/snarkpack/srs.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import { certificateBytes, roundsFor } from "../../../core/snarkpack/certificate.js";
import { type CertificateVerifier, prepareVerifier } from "../../../core/snarkpack/verify.js";
import { verificationKeyDigest } from "../../../core/vkey-digest.js";
import { openCurve, toLittleEndian } from "../../../prover/keys/wasm-curve.js";
import { proveByLogarithms } from "../../helpers/exponent-prover.js";
import { chainOfProofs } from "../../helpers/proof-chain.js";
import { tempDir } from "../../helpers/toy-circuit.js";
import { outsideSubgroup, simulatedProof, g2 as textOf } from "../../unit/prover/simulated-proof.js";

const secrets = { a: 1_000_003n, b: 2_000_003n };
const MAX_COUNT = 32;
const chain = chainOfProofs(17, 5n);

async function setup(dir: string): Promise<ProverSrs> {
  const path = join(dir, "powers.bin");
  await writeDevelopmentSrs(path, MAX_COUNT, {}, { a: toLittleEndian(secrets.a), b: toLittleEndian(secrets.b) });
  return openSrs(path, new PointCodec(await openCurve(await compileFastCurve())));
}

let srs: ProverSrs;
let verifiers: readonly CertificateVerifier[];
beforeAll(async () => {
  srs = await setup(await tempDir());
  verifiers = [prepareVerifier(nobleBackend, chain.vkey, srs.verifier), prepareVerifier(await mclBackend(), chain.vkey, srs.verifier)];
});
afterEach(() => void vi.restoreAllMocks());

const first = (n: number) => chain.proofs.slice(0, n);
const run = (n: number, over: Partial<AggregateOptions> = {}) => aggregate({ proofs: first(n), vkey: chain.vkey, srs, ...over });
const verdicts = (statement: Parameters<CertificateVerifier["verify"]>[0], bytes: Uint8Array) =>
  verifiers.map((verifier) => verifier.verify(statement, bytes).ok);

describe("a certificate", () => {
  it.each([2, 3, 5, 8, 17])("of %i proofs is accepted, and the same from one thread and from two", async (n) => {
    const { certificate, statement } = await run(n, { threads: 1 });
    expect(statement).toEqual({ oldRoot: chain.proofs[0]?.oldRoot, newRoot: chain.proofs[n - 1]?.newRoot, count: n });
    expect(certificate.length).toBe(certificateBytes(roundsFor(n)));
    expect(verdicts(statement, certificate)).toEqual([true, true]);
    const digests = { vkeyDigest: verificationKeyDigest(chain.vkey), srsDigest: srs.digest };
    const expected = proveByLogarithms(statement, chain.logs.slice(0, n), secrets, digests);
    expect(Buffer.compare(certificate, expected)).toBe(0);
    const { certificate: fromTwo } = await run(n, { threads: 2 });
    expect(Buffer.compare(fromTwo, certificate)).toBe(0);
  });

  it("is the same from four threads", async () => {
    const [one, four] = [await run(5, { threads: 1 }), await run(5, { threads: 4 })];
    expect(Buffer.compare(four.certificate, one.certificate)).toBe(0);
  });

  it("of a proof that does not hold is not accepted", async () => {
    const [, other] = chain.proofs;
    const proofs = first(3).map((proof, i) =>
      i === 2 && other !== undefined ? { ...proof, proof: { ...proof.proof, pi_c: other.proof.pi_c } } : proof,
    );
    const { certificate, statement } = await run(3, { proofs });
    expect(verdicts(statement, certificate)).toEqual([false, false]);
  });

  it("comes to an end even for a B that is not of order r, and is not accepted", async () => {
    const proofs = first(3).map((proof, i) => (i === 1 ? { ...proof, proof: { ...proof.proof, pi_b: textOf(outsideSubgroup()) } } : proof));
    const { certificate, statement } = await run(3, { proofs });
    expect(verdicts(statement, certificate)).toEqual([false, false]);
  });

  it("of proofs that are all the same is accepted", async () => {
    const same = { proof: simulatedProof([6n, 6n]), oldRoot: 6n, newRoot: 6n };
    const { certificate, statement } = await run(4, { proofs: [same, same, same, same] });
    expect(verdicts(statement, certificate)).toEqual([true, true]);
  });

  it("tells how far it is, up to the end", async () => {
    const seen: number[] = [];
    await run(5, { onProgress: (fraction) => seen.push(fraction) });
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBe(1);
  });
});

describe("no certificate is made", () => {
  it("of one proof, or of more than the setup holds", async () => {
    await expect(run(1)).rejects.toMatchObject({ code: "USAGE" });
    const { proofs } = chainOfProofs(1, 1n);
    const many = Array.from({ length: MAX_COUNT + 1 }, () => proofs[0]).flatMap((proof) =>
      proof === undefined ? [] : [{ ...proof, newRoot: proof.oldRoot }],
    );
    await expect(run(2, { proofs: many })).rejects.toMatchObject({ code: "USAGE", expected: `at most ${MAX_COUNT}` });
  });

  it("of proofs that do not chain", async () => {
    await expect(run(3, { proofs: first(3).toReversed() })).rejects.toMatchObject({ code: "CHAIN_BROKEN", details: { index: 1 } });
  });

  it.each([1, 2])("once it is aborted, with %i threads", async (threads) => {
    await expect(run(8, { threads, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(run(8, { threads, signal: controller.signal, onProgress })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it("when a thread ends in the middle of it, and the others are ended", async () => {
    const workers = new Set<Worker>();
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, "postMessage").mockImplementation(function (this: Worker, ...args) {
      workers.add(this);
      post.apply(this, args);
    });
    const ended: Promise<unknown>[] = [];
    const onProgress = () => {
      if (ended.length > 0) return;
      for (const worker of workers) ended.push(new Promise((resolve) => worker.once("exit", resolve)));
      void [...workers][1]?.terminate();
    };
    await expect(run(8, { threads: 2, onProgress })).rejects.toMatchObject({ code: "PROVER_FAILED", retryable: true });
    expect(ended).toHaveLength(2);
    await Promise.all(ended);
  });

  it.each([1, 2])("from a file of powers that has been cut, with %i threads", async (threads) => {
    const cut = await setup(await tempDir());
    await truncate(cut.powersPath, 500);
    await expect(run(8, { srs: cut, threads })).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });
});
