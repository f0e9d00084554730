import { copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { curves, groth16, powersOfTau } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { type CircuitArtifact, compileCircuit } from "../../../prover/artifacts.js";
import { developmentSetup } from "../../../prover/keys/development.js";
import { checkKeyFits, ensureKeys, findKeys } from "../../../prover/keys/ensure-keys.js";
import { verifySetup } from "../../../prover/keys/ptau.js";
import { isDevelopmentVkey, isDevelopmentZkey } from "../../../prover/keys/registry.js";
import { checkVerificationKey, exportVerificationKey } from "../../../prover/keys/vkey.js";
import { HEADER_POINTS, zkeyLayout } from "../../../prover/keys/zkey-file.js";
import { proveAndVerify } from "../../../prover/prove-batch.js";
import { readR1cs, readR1csHeader } from "../../../prover/r1cs.js";
import { cuber, multiplier, prepared, tempDir } from "../../helpers/toy-circuit.js";

let cacheDir: string;
let scratch: string;
let circuit: CircuitArtifact;
let other: CircuitArtifact;
beforeAll(async () => {
  [cacheDir, scratch] = [await tempDir(), await tempDir()];
  circuit = await compileCircuit(multiplier());
  other = await compileCircuit(cuber());
});

describe("keys that do not fit", () => {
  it("refuses a truncated zkey wherever it is cut", async () => {
    const { zkeyPath } = await ensureKeys(circuit, { kind: "development", cacheDir });
    const size = (await readFile(zkeyPath)).length;
    for (const keep of [0, 3, 11, 12, 20, 100, 700, size - 68, size - 1]) {
      const cut = join(scratch, "cut.zkey");
      await copyFile(zkeyPath, cut);
      await truncate(cut, keep);
      expect(() => checkKeyFits(cut, circuit), `${keep} bytes`).toThrow(expect.objectContaining({ code: "ARTIFACT_CORRUPT" }));
    }
  });

  it("refuses the key of another circuit, by shape and by recorded digest", async () => {
    const mine = await ensureKeys(circuit, { kind: "development", cacheDir });
    const theirs = await ensureKeys(other, { kind: "development", cacheDir });
    expect(() => checkKeyFits(theirs.zkeyPath, circuit)).toThrow(
      expect.objectContaining({ code: "KEY_MISMATCH", next: expect.any(String) }),
    );
    const { input } = multiplier();
    await expect(proveAndVerify({ circuit, keys: theirs, input })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    const swapped = { ...mine, zkeyPath: theirs.zkeyPath };
    await expect(proveAndVerify({ circuit, keys: swapped, input })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
  });

  it("does not take another circuit's folder for this one's", async () => {
    const twin = await tempDir();
    const theirs = await ensureKeys(other, { kind: "development", cacheDir: twin });
    const fake = { ...other, digest: circuit.digest, manifest: { ...other.manifest, digest: circuit.digest } };
    await expect(
      findKeys({ ...fake, digest: theirs.circuitDigest, manifest: circuit.manifest }, "development", twin),
    ).rejects.toMatchObject({
      code: "ARTIFACT_CORRUPT",
    });
  });

  it("never returns a proof that does not verify", async () => {
    const mine = await ensureKeys(circuit, { kind: "development", cacheDir });
    const zkeyPath = join(scratch, "other-secrets.zkey");
    await developmentSetup(circuit.r1csPath, zkeyPath);
    const failure = proveAndVerify({ circuit, keys: { ...mine, zkeyPath }, input: multiplier().input });
    await expect(failure).rejects.toMatchObject({ code: "PROVER_FAILED", retryable: true });
  });
});

describe("keys that are not safe", () => {
  it("refuses a zkey whose delta is gamma", async () => {
    const { zkeyPath } = await ensureKeys(circuit, { kind: "development", cacheDir });
    const bytes = await readFile(zkeyPath);
    const { header } = zkeyLayout({ nVars: 1, nPublic: 0, domainSize: 2 }, 0);
    bytes.copy(bytes, header.start + HEADER_POINTS.delta2, header.start + HEADER_POINTS.gamma2, header.start + HEADER_POINTS.delta1);
    const path = join(scratch, "unsafe.zkey");
    await writeFile(path, bytes);
    expect(() => exportVerificationKey(path)).toThrow(expect.objectContaining({ code: "KEY_UNSAFE" }));
  });

  it("refuses an IC point at infinity or repeated", async () => {
    const { vkey } = await ensureKeys(circuit, { kind: "development", cacheDir });
    const [a, b, c] = vkey.IC;
    for (const IC of [
      [a, b, ["0", "1", "0"]],
      [a, b, b],
      [a, a, c],
    ])
      expect(() => checkVerificationKey({ ...vkey, IC })).toThrow(expect.objectContaining({ code: "KEY_UNSAFE" }));
    expect(() => checkVerificationKey(vkey)).not.toThrow();
  });
});

describe("readR1cs", () => {
  it("refuses a truncated file and one of another format", async () => {
    const path = join(scratch, "cut.r1cs");
    const bytes = await readFile(circuit.r1csPath);
    for (const bad of [bytes.subarray(0, 8), bytes.subarray(0, 40), bytes.subarray(0, bytes.length - 1), Buffer.from("not an r1cs file")]) {
      await writeFile(path, bad);
      await expect(readR1cs(path)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
      await expect(readR1csHeader(path)).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    }
    expect(await readR1csHeader(circuit.r1csPath)).toMatchObject({ nPublic: 2, nPubOut: 1, nPrvIn: 1 });
  });
});

describe("production setup", () => {
  let ptauPath: string;
  beforeAll(async () => {
    const at = (name: string) => join(scratch, name);
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 8, at("0.ptau"));
    await powersOfTau.contribute(at("0.ptau"), at("1.ptau"), "test", "entropy");
    await powersOfTau.preparePhase2(at("1.ptau"), at("final.ptau"));
    ptauPath = at("final.ptau");
  });

  it("needs a ptau file, a whole one, and a contribution", async () => {
    const make = (over: object) => ensureKeys(circuit, { kind: "production", cacheDir, ...over });
    await expect(make({})).rejects.toMatchObject({ code: "INPUT_NOT_FOUND", next: expect.stringContaining("--ptau") });
    await expect(make({ ptauPath, contributions: [] })).rejects.toMatchObject({ code: "USAGE" });
    const cut = join(scratch, "cut.ptau");
    await writeFile(cut, (await readFile(ptauPath)).subarray(0, 5000));
    await expect(make({ ptauPath: cut })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    await expect(make({ ptauPath: join(scratch, "0.ptau") })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
  });

  it("contributes, applies the beacon, verifies, and makes keys that prove", async () => {
    const beacon = { hex: "0102030405060708090a0b0c0d0e0f10", iterationsExp: 10 };
    const keys = await ensureKeys(circuit, { kind: "production", cacheDir, ptauPath, contributions: ["one", "two"], beacon });
    expect(keys.manifest).toMatchObject({ kind: "production", nContributions: 3 });
    expect(await isDevelopmentZkey(keys.zkeyPath, cacheDir)).toBe(false);
    expect(await isDevelopmentVkey(keys.vkey, cacheDir)).toBe(false);
    await verifySetup({ r1csPath: circuit.r1csPath, ptauPath, zkeyPath: keys.zkeyPath });
    const { proof, publicSignals } = await proveAndVerify({ circuit, keys, input: multiplier().input });
    expect(await groth16.verify(keys.vkey, publicSignals, proof)).toBe(true);
    // From here on the cache has it: no ptau needed.
    expect((await ensureKeys(circuit, { kind: "production", cacheDir })).vkeyDigest).toBe(keys.vkeyDigest);
  });

  it("does not verify against another circuit, and a development key against none", async () => {
    const { zkeyPath } = await ensureKeys(circuit, { kind: "production", cacheDir, ptauPath });
    await expect(verifySetup({ r1csPath: other.r1csPath, ptauPath, zkeyPath })).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    const { keys } = await prepared(multiplier(), cacheDir);
    const dev = verifySetup({ r1csPath: circuit.r1csPath, ptauPath, zkeyPath: keys.zkeyPath });
    await expect(dev).rejects.toMatchObject({ code: "KEY_MISMATCH" });
    await rm(join(scratch, "0.ptau"));
  });
});
