import { groth16, zKey } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyGroth16 } from "../../../core/groth16.js";
import { isDevelopmentVkey, isDevelopmentZkey, refuseDevelopmentVkey } from "../../../prover/keys/registry.js";
import { proveAndVerify } from "../../../prover/prove-batch.js";
import type { StageEvent } from "../../../prover/stage.js";
import { allPublic, cuber, linear, multiplier, noPublic, prepared, type Toy, tempDir, unused } from "../../helpers/toy-circuit.js";

let cacheDir: string;
beforeAll(async () => {
  cacheDir = await tempDir();
});

describe("development setup", () => {
  it.each([multiplier(), cuber(), allPublic(), linear(), unused(), noPublic()].map((toy) => [toy.name, toy] as const))(
    "makes keys that prove and verify: %s",
    async (_name, toy: Toy) => {
      const { circuit, keys } = await prepared(toy, cacheDir);
      const { proof, publicSignals } = await proveAndVerify({ circuit, keys, input: toy.input });
      expect(publicSignals).toEqual(toy.publicSignals);
      expect(verifyGroth16(keys.vkey, publicSignals, proof)).toEqual({ ok: true });
      expect(await groth16.verify(keys.vkey, publicSignals, proof)).toBe(true);
      const wrong = publicSignals.map((s, i) => (i === 0 ? `${BigInt(s) + 1n}` : s));
      if (wrong.length > 0) expect(verifyGroth16(keys.vkey, wrong, proof)).toMatchObject({ ok: false, code: "PROOF_INVALID" });
    },
  );

  it("extracts the verification key that snarkjs extracts", async () => {
    const { keys } = await prepared(multiplier(), cacheDir);
    expect(await zKey.exportVerificationKey(keys.zkeyPath)).toEqual(keys.vkey);
  });

  it("marks the key as a development key, by sidecar, by content and by digest", async () => {
    const { keys } = await prepared(multiplier(), cacheDir);
    expect(keys.manifest).toMatchObject({ kind: "development", nContributions: 0 });
    expect(await isDevelopmentZkey(keys.zkeyPath, cacheDir)).toBe(true);
    expect(await isDevelopmentVkey(keys.vkey, cacheDir)).toBe(true);
    await expect(refuseDevelopmentVkey(keys.vkey, cacheDir)).rejects.toMatchObject({ code: "DEVELOPMENT_KEY" });
  });

  it("stays recognisable after a contribution laid over it", async () => {
    const { keys } = await prepared(cuber(), cacheDir);
    const laundered = `${await tempDir()}/laundered.zkey`;
    await zKey.contribute(keys.zkeyPath, laundered, "someone", "entropy");
    expect(await isDevelopmentZkey(laundered, cacheDir)).toBe(true);
  });

  it("draws fresh secrets every time", async () => {
    const here = await prepared(multiplier(), cacheDir);
    const there = await prepared(multiplier(), await tempDir());
    expect(there.circuit.digest).toBe(here.circuit.digest);
    expect(there.keys.vkeyDigest).not.toBe(here.keys.vkeyDigest);
  });

  it("reports every stage in order", async () => {
    const events: StageEvent[] = [];
    const toy = multiplier();
    const { circuit, keys } = await prepared(toy, cacheDir);
    const { timings } = await proveAndVerify({ circuit, keys, input: toy.input, onStage: (e) => events.push(e) });
    const seen = events.filter((e) => e.status !== "progress").map((e) => `${e.stage} ${e.status}`);
    expect(seen).toEqual(["witness start", "witness done", "prove start", "prove done", "verify start", "verify done"]);
    expect(Object.values(timings).every((ms) => ms > 0)).toBe(true);
  });
});
