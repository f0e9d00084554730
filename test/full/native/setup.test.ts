// The native setup against the JavaScript setup, byte for byte, on every engine; and against snarkjs and damaged files.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { groth16, zKey } from "snarkjs";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { R } from "../../../core/field.js";
import { compileCircuit } from "../../../prover/artifacts.js";
import { snarkjsBackend } from "../../../prover/backends/snarkjs.js";
import { developmentSetup } from "../../../prover/keys/development.js";
import { nativeSetup } from "../../../prover/keys/native-setup.js";
import { scriptSetup } from "../../../prover/keys/script-setup.js";
import type { Secrets } from "../../../prover/keys/secrets.js";
import { exportVerificationKey } from "../../../prover/keys/vkey.js";
import { fromLittleEndian, toLittleEndian } from "../../../prover/keys/wasm-curve.js";
import { computeWitness } from "../../../prover/witness.js";
import { builtAddon } from "../../helpers/built-addon.js";
import { cpuMs } from "../../helpers/cpu-time.js";
import { type Constraint, container, type R1csParts, r1csFile, sectionsOf, type Term, u32 } from "../../helpers/r1cs-file.js";
import { allPublic, cuber, linear, multiplier, noPublic, poseidonChain, tempDir, unused } from "../../helpers/toy-circuit.js";
import { mountSmallDisk, unmount } from "../prover/fault-tools.js";

const addon = builtAddon();
const engines = addon.engines();

/** A number of the field from a name. */
const drawn = (name: string): bigint => fromLittleEndian(createHash("sha256").update(name).digest()) % R;
const secretsOf = (seed: string): Secrets => {
  const secret = (name: string) => toLittleEndian(drawn(`${seed}/${name}`));
  return { tau: secret("tau"), alpha: secret("alpha"), beta: secret("beta"), gamma: secret("gamma"), delta: secret("delta") };
};

/** Rows of up to three terms on any wires, some of them empty, with factors at both ends of the field and between. */
function randomCircuit(nConstraints: number, nPublic: number, nWires: number): R1csParts {
  const factors = [1n, R - 1n, 0n, 2n ** 64n, R >> 1n, drawn("factor")];
  let state = 1 + nConstraints * 65_537 + nPublic;
  const below = (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % n;
  };
  const term = (): Term => [below(nWires), factors[below(factors.length)] as bigint];
  const row = () => Array.from({ length: below(4) }, term);
  const constraints = Array.from({ length: nConstraints }, (): Constraint => [row(), row(), row()]);
  return { nWires, nPubOut: nPublic >> 1, nPubIn: nPublic - (nPublic >> 1), constraints };
}

const one: Constraint = [[[1, 1n]], [[2, 1n]], [[3, 1n]]];
const synthetic: Record<string, R1csParts> = {
  "no constraint, only the constant": { nWires: 1, nPubOut: 0, nPubIn: 0, constraints: [] },
  "one constraint": { nWires: 4, nPubOut: 1, nPubIn: 0, constraints: [one] },
  "every wire public": { nWires: 4, nPubOut: 1, nPubIn: 2, constraints: [one] },
  "empty rows": { nWires: 4, nPubOut: 1, nPubIn: 0, constraints: [[[], [], []], one, [[], [[0, 1n]], []], [[], [], []]] },
  "one row of many terms": randomCircuitRow(5000),
  ...Object.fromEntries(
    [15, 16, 1023, 1024, 1025].flatMap((n) => [
      [`${n} constraints, a domain just full`, randomCircuit(n, 2 ** Math.ceil(Math.log2(n + 2)) - n - 1, 2 * n + 20)],
    ]),
  ),
  ...Object.fromEntries([5, 6, 13, 14, 4093, 4094].map((n) => [`${n} constraints, two public`, randomCircuit(n, 2, n + 10)])),
};

function randomCircuitRow(terms: number): R1csParts {
  const row = Array.from({ length: terms }, (_, i): Term => [i % 9, drawn(`term ${i}`)]);
  return { nWires: 9, nPubOut: 1, nPubIn: 1, constraints: [[row, row, row]] };
}

let dir: string;
beforeAll(async () => {
  dir = await tempDir();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("../../../prover/keys/native-setup.js");
});

let files = 0;
const freshPath = (extension: string) => join(dir, `${++files}.${extension}`);
async function written(bytes: Uint8Array): Promise<string> {
  const path = freshPath("r1cs");
  await writeFile(path, bytes);
  return path;
}

interface Options {
  readonly engine?: string;
  readonly threads?: number;
  readonly secrets?: Secrets;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
  readonly zkeyPath?: string;
}

/** The native setup, and where its key is. */
async function natively(r1csPath: string, options: Options = {}): Promise<string> {
  const zkeyPath = options.zkeyPath ?? freshPath("zkey");
  await nativeSetup(addon, { threads: 2, secrets: secretsOf(r1csPath), ...options, r1csPath, zkeyPath });
  return zkeyPath;
}

/** Every engine makes the key that JavaScript makes. @returns its path */
async function expectSameKeys(r1csPath: string): Promise<string> {
  const zkeyPath = freshPath("zkey");
  await scriptSetup({ r1csPath, zkeyPath, secrets: secretsOf(r1csPath), threads: 1 });
  const expected = readFileSync(zkeyPath);
  for (const engine of engines)
    for (const threads of [1, 3]) {
      const found = readFileSync(await natively(r1csPath, { engine, threads }));
      expect(found.equals(expected), `${engine} on ${threads} threads`).toBe(true);
    }
  return zkeyPath;
}

describe("the native setup", () => {
  it.each(Object.keys(synthetic))("makes the bytes of the JavaScript setup: %s", async (name) => {
    await expectSameKeys(await written(r1csFile(synthetic[name] as R1csParts)));
  });

  it.each([multiplier(), cuber(), allPublic(), linear(), unused(), noPublic()].map((toy) => [toy.name, toy] as const))(
    "makes keys with which snarkjs proves and verifies: %s",
    async (_name, toy) => {
      const circuit = await compileCircuit(toy);
      const zkeyPath = await expectSameKeys(circuit.r1csPath);
      const wtnsPath = freshPath("wtns");
      await computeWitness({ wasmPath: circuit.wasmPath, input: toy.input, wtnsPath });
      const vkey = await zKey.exportVerificationKey(zkeyPath);
      expect(exportVerificationKey(zkeyPath)).toEqual(vkey);
      const { proof, publicSignals } = await snarkjsBackend.prove({ zkeyPath, wtnsPath });
      expect(publicSignals).toEqual(toy.publicSignals);
      expect(await groth16.verify(vkey, publicSignals, proof)).toBe(true);
    },
  );

  it("makes the bytes of the JavaScript setup for a circuit of several blocks", async () => {
    const circuit = await compileCircuit(poseidonChain(20));
    await expectSameKeys(circuit.r1csPath);
  });

  it.each([
    ["tau", 0n],
    ["tau", 1n],
    ["tau", R - 1n],
    ["delta", R],
    ["gamma", 0n],
  ] as const)("refuses secrets that make no key: %s = %s", async (name, value) => {
    const r1csPath = await written(r1csFile(synthetic["one constraint"] as R1csParts));
    const secrets = { ...secretsOf("bad"), [name]: toLittleEndian(value) };
    await expect(natively(r1csPath, { secrets })).rejects.toMatchObject({ code: "INTERNAL" });
  });
});

describe("progress and abort of the native setup", () => {
  let large: string;
  beforeAll(async () => {
    large = await written(r1csFile(randomCircuit(40_000, 3, 40_000)));
  });

  it("says how far it is", async () => {
    const heard: number[] = [];
    await natively(large, { engine: "portable", onProgress: (fraction) => heard.push(fraction) });
    expect(heard.length).toBeGreaterThan(1);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
  });

  it.each([0, 5, 20, 60].flatMap((ms) => engines.map((engine) => [ms, engine] as const)))(
    "stops at once after %i ms, and leaves no file: %s",
    async (ms, engine) => {
      const [controller, zkeyPath] = [new AbortController(), freshPath("zkey")];
      let aborted = 0;
      setTimeout(() => {
        aborted = cpuMs();
        controller.abort();
      }, ms);
      await expect(natively(large, { engine, zkeyPath, signal: controller.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(cpuMs() - aborted).toBeLessThan(1000);
      expect(existsSync(zkeyPath)).toBe(false);
    },
  );

  it("does not start when aborted before", async () => {
    const zkeyPath = freshPath("zkey");
    await expect(natively(large, { zkeyPath, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(existsSync(zkeyPath)).toBe(false);
  });
});

describe("the file of a setup", () => {
  const small = () => written(r1csFile(synthetic["one constraint"] as R1csParts));

  it.each(["on", "off"])("is new, or the setup is refused and what is there stays: addon %s", async (mode) => {
    vi.resetModules();
    vi.stubEnv("ZKSTATE_NATIVE", mode);
    const { developmentSetup: setup } = await import("../../../prover/keys/development.js");
    const [r1csPath, there] = [await small(), freshPath("zkey")];
    await writeFile(there, "a key");
    for (const zkeyPath of [there, r1csPath]) {
      const before = readFileSync(zkeyPath);
      await expect(setup(r1csPath, zkeyPath)).rejects.toMatchObject({ code: "IO_FAILED" });
      await expect(setup(there, zkeyPath)).rejects.toMatchObject({ code: expect.any(String) });
      expect(readFileSync(zkeyPath).equals(before)).toBe(true);
    }
  });

  it("is refused to the second of two setups", async () => {
    const [r1csPath, zkeyPath] = [await small(), freshPath("zkey")];
    const outcomes = await Promise.allSettled([natively(r1csPath, { zkeyPath }), natively(r1csPath, { zkeyPath })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(exportVerificationKey(zkeyPath).nPublic).toBe(1);
  });

  it("is no key before its end", async () => {
    const [r1csPath, zkeyPath] = [await written(r1csFile(randomCircuit(40_000, 3, 40_000))), freshPath("zkey")];
    const magic = () => readFileSync(zkeyPath).toString("latin1", 0, 4);
    const seen: string[] = [];
    await natively(r1csPath, { engine: "portable", zkeyPath, onProgress: () => seen.push(magic()) });
    expect(seen[0]).toBe("\0\0\0\0");
    expect(magic()).toBe("zkey");
  });
});

describe("the choice of a setup", () => {
  it("falls back to JavaScript with ZKSTATE_NATIVE=off, which can be aborted too", async () => {
    vi.resetModules();
    vi.stubEnv("ZKSTATE_NATIVE", "off");
    vi.doMock("../../../prover/keys/native-setup.js", () => ({ nativeSetup: () => Promise.reject(new Error("native all the same")) }));
    const { developmentSetup: setup } = await import("../../../prover/keys/development.js");
    const r1csPath = await written(r1csFile(synthetic["one constraint"] as R1csParts));
    const [zkeyPath, other] = [freshPath("zkey"), freshPath("zkey")];
    await setup(r1csPath, zkeyPath);
    expect(exportVerificationKey(zkeyPath).nPublic).toBe(1);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(setup(r1csPath, other, { signal: controller.signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(existsSync(other)).toBe(false);
  });

  it("draws secrets of its own", async () => {
    const r1csPath = await written(r1csFile(synthetic["one constraint"] as R1csParts));
    const keys = [freshPath("zkey"), freshPath("zkey")] as const;
    for (const zkeyPath of keys) await developmentSetup(r1csPath, zkeyPath);
    expect(readFileSync(keys[0]).equals(readFileSync(keys[1]))).toBe(false);
  });
});

describe("a damaged R1CS", () => {
  const parts = synthetic["empty rows"] as R1csParts;
  const good = () => sectionsOf(parts);
  /** The file with one section changed in place. */
  const changed = (type: number, change: (bytes: Buffer) => Buffer): Buffer =>
    container(good().map(([t, bytes]) => [t, t === type ? change(Buffer.from(bytes)) : bytes] as const));
  const put = (at: number, value: Buffer) => (bytes: Buffer) => {
    value.copy(bytes, at);
    return bytes;
  };
  const most = u32(0xffffffff);
  const bad: Record<string, readonly [code: string, bytes: () => Buffer]> = {
    "of another magic": ["ARTIFACT_CORRUPT", () => put(0, Buffer.from("R1CS"))(r1csFile(parts))],
    "of another version": ["ARTIFACT_CORRUPT", () => put(4, u32(2))(r1csFile(parts))],
    "with bytes after its end": ["ARTIFACT_CORRUPT", () => Buffer.concat([r1csFile(parts), Buffer.alloc(1)])],
    "with more sections than it has": ["ARTIFACT_CORRUPT", () => put(8, most)(r1csFile(parts))],
    "with a section twice": ["ARTIFACT_CORRUPT", () => container([...good(), good()[0] as [number, Buffer]])],
    "without constraints": ["ARTIFACT_CORRUPT", () => container(good().filter(([type]) => type !== 2))],
    "without a header": ["ARTIFACT_CORRUPT", () => container(good().filter(([type]) => type !== 1))],
    "without labels": ["ARTIFACT_CORRUPT", () => container(good().filter(([type]) => type !== 3))],
    "over another field": ["KEY_MISMATCH", () => changed(1, put(4, u32(3)))],
    "with elements of another size": ["KEY_MISMATCH", () => changed(1, put(0, u32(31)))],
    "with too many wires": ["ARTIFACT_CORRUPT", () => changed(1, put(36, most))],
    "with no wire": ["ARTIFACT_CORRUPT", () => changed(1, put(36, u32(0)))],
    "with too many outputs": ["ARTIFACT_CORRUPT", () => changed(1, put(40, most))],
    "with too many public inputs": ["ARTIFACT_CORRUPT", () => changed(1, put(44, most))],
    "with a constraint more than it has": ["ARTIFACT_CORRUPT", () => changed(1, put(60, u32(5)))],
    "with a constraint less than it has": ["ARTIFACT_CORRUPT", () => changed(1, put(60, u32(3)))],
    "with more constraints than the field's domain": ["KEY_MISMATCH", () => changed(1, put(60, most))],
    "with a header too long": ["ARTIFACT_CORRUPT", () => changed(1, (bytes) => Buffer.concat([bytes, most]))],
    "with a row too long": ["ARTIFACT_CORRUPT", () => changed(2, put(0, most))],
    "with a wire that does not exist": ["ARTIFACT_CORRUPT", () => changed(2, put(16, u32(4)))],
    "with a factor that is no field element": ["ARTIFACT_CORRUPT", () => changed(2, put(20, Buffer.from(toLittleEndian(R))))],
  };

  it.each(Object.keys(bad))("is refused: %s", async (name) => {
    const [code, bytes] = bad[name] as (typeof bad)[string];
    const zkeyPath = freshPath("zkey");
    await expect(natively(await written(bytes()), { zkeyPath })).rejects.toMatchObject({ code });
    expect(existsSync(zkeyPath)).toBe(false);
  });

  it("is refused wherever it is cut off", async () => {
    const whole = r1csFile(parts);
    for (let size = 0; size < whole.length; size++)
      await expect(natively(await written(whole.subarray(0, size))), `${size} bytes`).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
  });

  it("is IO_FAILED when it is not there", async () => {
    await expect(natively(join(dir, "nowhere.r1cs"))).rejects.toMatchObject({ code: "IO_FAILED" });
  });
});

describe("a disk that refuses the native setup", () => {
  it("is READ_ONLY below a regular file, IO_FAILED in a folder that does not exist", async () => {
    const r1csPath = await written(r1csFile(synthetic["one constraint"] as R1csParts));
    await expect(natively(r1csPath, { zkeyPath: join(r1csPath, "zkey") })).rejects.toMatchObject({
      code: "READ_ONLY",
      next: expect.any(String),
    });
    await expect(natively(r1csPath, { zkeyPath: join(dir, "none", "zkey") })).rejects.toMatchObject({ code: "IO_FAILED" });
  });

  it("is DISK_FULL on a small disk, and leaves no file", async ({ skip }) => {
    const disk = join(dir, "disk");
    if (!(await mountSmallDisk(disk, 64 << 10))) skip("mounting is not allowed here");
    try {
      const zkeyPath = join(disk, "key.zkey");
      const r1csPath = await written(r1csFile(synthetic["1024 constraints, a domain just full"] as R1csParts));
      await expect(natively(r1csPath, { zkeyPath })).rejects.toMatchObject({ code: "DISK_FULL", next: expect.any(String) });
      expect(existsSync(zkeyPath)).toBe(false);
    } finally {
      unmount(disk);
    }
  });
});
