// Setups for aggregation: development ones have the structure they claim, production ones come from two ceremonies or not at all.
import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bn254_Fr } from "@noble/curves/bn254.js";
import { curves, powersOfTau } from "snarkjs";
import { beforeAll, describe, expect, it } from "vitest";
import { PowersChecker } from "../../../aggregator/snarkpack/check-powers.js";
import { ensureDevelopmentSrs, ensureSrs, loadSrs } from "../../../aggregator/snarkpack/ensure-srs.js";
import { powersFileBytes, readPowers } from "../../../aggregator/snarkpack/powers-file.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import { invert, R } from "../../../core/field.js";
import { P } from "../../../core/pairing/encoding.js";
import { srsDigest } from "../../../core/snarkpack/verifier-srs.js";
import { openCurve, toLittleEndian } from "../../../prover/keys/wasm-curve.js";
import { type PtauParts, ptauBytes, ptauParts, readPtauParts } from "../../helpers/ptau-bytes.js";
import { tempDir } from "../../helpers/toy-circuit.js";
import { g2, outsideSubgroup } from "../../unit/prover/simulated-proof.js";

const MAX_COUNT = 8;
let dir: string;
let cacheDir: string;
beforeAll(async () => {
  dir = await tempDir();
  cacheDir = join(dir, "cache");
});

describe("a development setup", () => {
  it("holds the powers of two secrets in both groups", async () => {
    const srs = await ensureDevelopmentSrs({ maxCount: MAX_COUNT, cacheDir });
    expect(srs).toMatchObject({ kind: "development", maxCount: MAX_COUNT, digest: srsDigest(srs.verifier) });
    expect((await stat(srs.powersPath)).size).toBe(powersFileBytes(MAX_COUNT));
    const checker = new PowersChecker(await openCurve(await compileFastCurve()));
    const check = (secret: "a" | "b") =>
      checker.check({
        readG1: (from, n) => readPowers(srs.powersPath, MAX_COUNT, `${secret}G`, from, n),
        readG2: (from, n) => readPowers(srs.powersPath, MAX_COUNT, `${secret}H`, from, n),
        countG1: 2 * MAX_COUNT,
        countG2: MAX_COUNT,
        pause: async () => undefined,
        onPoints: () => undefined,
        refuse: (why) => new Error(why),
      });
    const [a, b] = [await check("a"), await check("b")];
    expect(a).not.toEqual(b);
    expect(checker.areInverse(a, b)).toBe(false);
  });

  it("is found again, and says for the verifier what it is", async () => {
    const made = await ensureDevelopmentSrs({ maxCount: MAX_COUNT, cacheDir });
    expect(await loadSrs({ kind: "development", cacheDir })).toEqual(made);
    expect(await ensureDevelopmentSrs({ maxCount: MAX_COUNT, cacheDir })).toEqual(made);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    const points = Object.fromEntries(Object.entries(made.verifier).map(([name, bytes]) => [name, hex(bytes)]));
    const expected = { format: "zkstate srs 1", kind: "development", maxCount: MAX_COUNT, ...points, digest: made.digest };
    expect(JSON.parse(await readFile(made.jsonPath, "utf8"))).toEqual(expected);
  });

  it("has secrets of its own every time", async () => {
    const [one, other] = [await ensureDevelopmentSrs({ maxCount: 2, cacheDir }), await ensureDevelopmentSrs({ maxCount: 4, cacheDir })];
    expect(one.digest).not.toBe(other.digest);
    expect((await loadSrs({ kind: "development", cacheDir }))?.maxCount).toBe(MAX_COUNT);
  });

  it("is made again when its file was damaged, and told from one that is missing", async () => {
    const { powersPath, digest } = await ensureDevelopmentSrs({ maxCount: 2, cacheDir });
    await truncate(powersPath, 100);
    await expect(loadSrs({ kind: "development", maxCount: 2, cacheDir })).rejects.toMatchObject({ code: "ARTIFACT_CORRUPT" });
    expect((await ensureDevelopmentSrs({ maxCount: 2, cacheDir })).digest).not.toBe(digest);
    expect(await loadSrs({ kind: "development", maxCount: 16, cacheDir })).toBeUndefined();
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    await expect(ensureDevelopmentSrs({ maxCount: 64, cacheDir, signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await loadSrs({ kind: "development", maxCount: 64, cacheDir })).toBeUndefined();
  });
});

/** A file of that content. */
async function file(name: string, content: PtauParts | Buffer): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, Buffer.isBuffer(content) ? content : ptauBytes(content));
  return path;
}

const production = (ptauPaths: readonly string[], maxCount = MAX_COUNT) => ensureSrs({ kind: "production", maxCount, ptauPaths, cacheDir });
const unsafe = (message: RegExp) => ({ code: "KEY_UNSAFE", message: expect.stringMatching(message) });

describe("a production setup", () => {
  it("comes from two files of snarkjs' ceremonies", async () => {
    const at = (name: string) => join(dir, name);
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), 4, at("new.ptau"));
    for (const name of ["one", "two"]) await powersOfTau.contribute(at("new.ptau"), at(`${name}.ptau`), name, `entropy of ${name}`);
    await powersOfTau.preparePhase2(at("two.ptau"), at("prepared.ptau"));
    const srs = await production([at("one.ptau"), at("prepared.ptau")]);
    expect(srs).toMatchObject({ kind: "production", maxCount: MAX_COUNT });
    const parts = [await readPtauParts(at("one.ptau")), await readPtauParts(at("prepared.ptau"))];
    for (const [i, secret] of (["a", "b"] as const).entries()) {
      const powers = async (name: `${"a" | "b"}${"G" | "H"}`, n: number) => readPowers(srs.powersPath, MAX_COUNT, name, 0, n);
      expect(await powers(`${secret}G`, 2 * MAX_COUNT)).toEqual(parts[i]?.tauG1.slice(0, 128 * MAX_COUNT));
      expect(await powers(`${secret}H`, MAX_COUNT)).toEqual(parts[i]?.tauG2.slice(0, 128 * MAX_COUNT));
    }
    await expect(production([at("new.ptau"), at("two.ptau")], 2)).rejects.toMatchObject(unsafe(/nobody has contributed/));
  });

  it("is not made up", async () => {
    const none = join(dir, "no-cache");
    const options = { kind: "production", maxCount: 2, cacheDir: none } as const;
    await expect(ensureSrs(options)).rejects.toMatchObject({ code: "INPUT_NOT_FOUND", next: expect.stringContaining("--ptau") });
    await expect(ensureSrs({ ...options, ptauPaths: ["one"] })).rejects.toMatchObject({ code: "USAGE" });
    await expect(ensureSrs({ ...options, ptauPaths: ["one", "two", "three"] })).rejects.toMatchObject({ code: "USAGE" });
    await expect(ensureSrs({ ...options, ptauPaths: [join(dir, "none"), "two"] })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  });

  it("is no development setup under another name", async () => {
    const development = await ensureDevelopmentSrs({ maxCount: 16, cacheDir });
    const read = (name: "aG" | "bG" | "aH" | "bH", n: number) => readPowers(development.powersPath, 16, name, 0, n);
    const parts = async (secret: "a" | "b"): Promise<PtauParts> => ({
      power: 4,
      prime: P,
      tauG1: await read(`${secret}G`, 31),
      tauG2: await read(`${secret}H`, 16),
    });
    const laundered = [await file("dev-a.ptau", await parts("a")), await file("dev-b.ptau", await parts("b"))];
    await expect(production(laundered, 4)).rejects.toMatchObject({ code: "DEVELOPMENT_KEY" });
  });
});

const POWER = 4;
const [SECRET_A, SECRET_B] = [987_654_321n, 123_456_789n];
const G1 = 64;
const G2 = 128;

describe("files of powers of tau are refused", () => {
  let a: PtauParts;
  let b: string;
  beforeAll(async () => {
    await rm(join(cacheDir, "srs", "production"), { recursive: true }); // what the tests before have made
    a = await ptauParts(dir, POWER, SECRET_A);
    b = await file("b.ptau", await ptauParts(dir, POWER, SECRET_B));
  });

  const point = (points: Uint8Array, i: number, bytes: number) => points.slice(i * bytes, (i + 1) * bytes);
  const withPoint = (points: Uint8Array, i: number, value: Uint8Array) => {
    const copy = new Uint8Array(points);
    copy.set(value, i * value.length);
    return copy;
  };
  const swapped = (points: Uint8Array, i: number, k: number, bytes: number) =>
    withPoint(withPoint(points, i, point(points, k, bytes)), k, point(points, i, bytes));
  const inG1 = (i: number, value: (own: Uint8Array) => Uint8Array) => ({
    ...a,
    tauG1: withPoint(a.tauG1, i, value(point(a.tauG1, i, G1))),
  });
  const inG2 = (i: number, value: (own: Uint8Array) => Uint8Array) => ({
    ...a,
    tauG2: withPoint(a.tauG2, i, value(point(a.tauG2, i, G2))),
  });
  const negated = (own: Uint8Array, coordinate: number) => {
    const y = own.slice(coordinate);
    for (let at = 0; at < y.length; at += 32)
      y.set(
        toLittleEndian(
          P -
            BigInt(
              `0x${Buffer.from(y.slice(at, at + 32))
                .reverse()
                .toString("hex")}`,
            ),
        ),
        at,
      );
    return new Uint8Array([...own.slice(0, coordinate), ...y]);
  };
  /** The same residue, written as itself plus p. */
  const notCanonical = (own: Uint8Array) => {
    const x = BigInt(`0x${Buffer.from(own.slice(0, 32)).reverse().toString("hex")}`);
    return new Uint8Array([...toLittleEndian(x + P), ...own.slice(32)]);
  };
  const montgomery = (text: string) => toLittleEndian((BigInt(text) * 2n ** 256n) % P);
  const stray = () => new Uint8Array(g2(outsideSubgroup()).slice(0, 2).flat().flatMap((text) => [...montgomery(text)])); // biome-ignore format: one line

  it.each<[string, () => PtauParts, RegExp]>([
    ["one power in G1 is another's", () => inG1(5, () => point(a.tauG1, 6, G1)), /power 5 in G1 is not power 4/],
    ["the last power that is needed in G1 is negated", () => inG1(15, (own) => negated(own, 32)), /power 15 in G1 is not power 14/],
    ["two powers in G1 are swapped", () => ({ ...a, tauG1: swapped(a.tauG1, 9, 10, G1) }), /power 9 in G1 is not power 8/],
    ["one power in G2 is another's", () => inG2(3, () => point(a.tauG2, 4, G2)), /power 3 in G2 is not power 2/],
    ["two powers in G2 are swapped", () => ({ ...a, tauG2: swapped(a.tauG2, 6, 7, G2) }), /power 6 in G2 is not power 5/],
    ["the first power in G1 is not the generator", () => inG1(0, () => point(a.tauG1, 1, G1)), /power 0 in G1 is not the generator/],
    ["the first power in G2 is not the generator", () => inG2(0, () => point(a.tauG2, 1, G2)), /power 0 in G2 is not the generator/],
    [
      "a point of G1 is off the curve",
      () => inG1(7, (own) => own.map((byte, i) => (i === 40 ? byte ^ 1 : byte))),
      /power 7 in G1 is not on the curve/,
    ],
    [
      "a point of G2 is off the twist",
      () => inG2(7, (own) => own.map((byte, i) => (i === 70 ? byte ^ 1 : byte))),
      /power 7 in G2 is not on the curve/,
    ],
    ["a point of G2 is not of order r", () => inG2(5, stray), /power 5 in G2 is not of order r/],
    ["a point of G1 is infinity", () => inG1(8, (own) => own.map(() => 0)), /power 8 in G1 is infinity/],
    ["a coordinate is not below p", () => inG1(4, notCanonical), /power 4 in G1 has a coordinate that is not below p/],
    ["the curve is another", () => ({ ...a, prime: P + 2n }), /another curve/],
    ["a section is too short", () => ({ ...a, tauG1: a.tauG1.slice(64) }), /section 2 has 1920 bytes instead of 1984/],
    ["the header says another power", () => ({ ...a, power: 3 }), /section 2 has/],
  ])("when %s", async (_, damaged, message) => {
    const path = await file("damaged.ptau", damaged());
    await expect(production([path, b])).rejects.toMatchObject(unsafe(message));
    await expect(production([b, path])).rejects.toMatchObject(unsafe(message));
  });

  it.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ["is cut", (whole) => whole.subarray(0, whole.length - 100), /bytes, but its sections take|ends early/],
    ["has bytes after its end", (whole) => Buffer.concat([whole, Buffer.of(0)]), /bytes, but its sections take/],
    ["is of another type", (whole) => Buffer.concat([Buffer.from("zkey"), whole.subarray(4)]), /no file of powers of tau/],
    ["is of another version", (whole) => Buffer.concat([whole.subarray(0, 4), Buffer.of(2), whole.subarray(5)]), /version 2/],
    ["is empty", () => Buffer.alloc(0), /ends early/],
  ])("when one %s", async (_, damage, message) => {
    const path = await file("damaged.ptau", damage(ptauBytes(a)));
    await expect(production([path, b])).rejects.toMatchObject(unsafe(message));
  });

  it("when both are the same, the second's secret is minus the first's, or the groups are of different secrets", async () => {
    const one = await file("a.ptau", a);
    await expect(production([one, one])).rejects.toMatchObject(unsafe(/the same up to sign/));
    const minus = await file("minus.ptau", await ptauParts(dir, POWER, R - SECRET_A));
    await expect(production([one, minus])).rejects.toMatchObject(unsafe(/the same up to sign/));
    const mixed = await file("mixed.ptau", { ...a, tauG2: (await ptauParts(dir, POWER, SECRET_B)).tauG2 });
    await expect(production([mixed, b])).rejects.toMatchObject(unsafe(/different secrets/));
  });

  it("when one secret is a power of the other, or its inverse", async () => {
    const one = await file("a.ptau", a);
    const square = await file("square.ptau", await ptauParts(dir, POWER, SECRET_A ** 2n));
    for (const paths of [[one, square], [square, one]]) // biome-ignore format: one line
      await expect(production(paths)).rejects.toMatchObject(unsafe(/one is power 2 of the other/));
    const inverse = await file("inverse.ptau", await ptauParts(dir, POWER, invert(SECRET_A)));
    await expect(production([one, inverse])).rejects.toMatchObject(unsafe(/inverse up to sign/));
  });

  it("when a power of a secret is one up to sign", async () => {
    const ofOrderEight = await file("root.ptau", await ptauParts(dir, POWER, bn254_Fr.pow(5n, (R - 1n) / 8n)));
    await expect(production([ofOrderEight, b])).rejects.toMatchObject(unsafe(/power 4 of its secret is 1 or -1/));
  });

  it("when they have too few powers", async () => {
    const small = await file("small.ptau", await ptauParts(dir, 3, SECRET_A));
    await expect(production([small, b])).rejects.toMatchObject({
      code: "KEY_UNSAFE",
      expected: "a power of at least 4",
      next: expect.stringContaining("--max-count 4"),
    });
  });

  it("and the cache keeps nothing of them; the two files that were damaged are good otherwise", async () => {
    const path = await file(
      "damaged.ptau",
      inG2(3, () => point(a.tauG2, 4, G2)),
    );
    await expect(production([path, b])).rejects.toMatchObject({ code: "KEY_UNSAFE" });
    const good = { kind: "production", maxCount: MAX_COUNT, ptauPaths: [await file("a.ptau", a), b], cacheDir } as const;
    await expect(ensureSrs({ ...good, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await loadSrs({ kind: "production", cacheDir })).toBeUndefined();
    expect(await ensureSrs(good)).toMatchObject({ kind: "production" });
  });
});
