// Native Poseidon against circomlibjs and poseidon-lite, for every arity and every engine that this processor runs.
import { buildPoseidonReference } from "circomlibjs";
import fc from "fast-check";
import * as lite from "poseidon-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { R } from "../../../core/field.js";
import { addon } from "./addon.js";

const ARITIES = Array.from({ length: 16 }, (_, i) => i + 1);
const hashers = lite as unknown as Record<string, (inputs: bigint[]) => bigint>;
const expected = (inputs: readonly bigint[]): bigint => hashers[`poseidon${inputs.length}`]?.([...inputs]) ?? -1n;
/** Words that no two places share; pinned. */
const words = (count: number): bigint[] => Array.from({ length: count }, (_, i) => (7n ** BigInt(90 + (i % 64)) * BigInt(i + 1)) % R);

const toBytes = (values: readonly bigint[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [...Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse()]));
const toWords = (bytes: Uint8Array): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) => {
    const word = Buffer.from(bytes.slice(32 * i, 32 * i + 32)).reverse();
    return BigInt(`0x${word.toString("hex")}`);
  });

let circomlib: Awaited<ReturnType<typeof buildPoseidonReference>>;
beforeAll(async () => {
  circomlib = await buildPoseidonReference();
});

describe.each(addon.engines())("poseidon on %s", (engine) => {
  it("equals circomlibjs for every arity", () => {
    for (const arity of ARITIES) {
      const inputs = words(arity);
      expect(addon.poseidon(inputs, engine), `arity ${arity}`).toBe(circomlib.F.toObject(circomlib(inputs)));
    }
  });

  it.each([0n, 1n, R - 1n])("equals poseidon-lite for words that are all %s", (word) => {
    for (const arity of ARITIES) {
      const inputs = Array.from({ length: arity }, () => word);
      const hash = expected(inputs);
      expect(addon.poseidon(inputs, engine), `arity ${arity}`).toBe(hash);
      expect(addon.poseidonMany(arity, [...inputs, ...inputs, ...inputs], engine), `arity ${arity}`).toEqual([hash, hash, hash]);
    }
  });

  it("takes signed words as field elements, and leaves to core what is no field element", () => {
    expect(addon.poseidon([-5n, 1n - R], engine)).toBe(expected([R - 5n, 1n]));
    expect(addon.poseidonMany(2, [-5n, 1n - R], engine)).toEqual([expected([R - 5n, 1n])]);
    for (const word of [R, -R, 1n << 256n, -(1n << 300n)]) {
      expect(addon.poseidon([1n, word], engine)).toBeUndefined();
      expect(addon.poseidonMany(2, [1n, word], engine)).toBeUndefined();
    }
    expect(addon.poseidon([], engine)).toBeUndefined();
    expect(addon.poseidon(words(17), engine)).toBeUndefined();
    expect(addon.poseidonMany(1, toBytes([R]), engine)).toBeUndefined();
  });

  it.each([0, 1, 2, 3, 7, 8, 9, 15, 16, 17])("makes a batch of %i as one after another, for every arity", (count) => {
    for (const arity of ARITIES) {
      const inputs = words(arity * count);
      const single = Array.from({ length: count }, (_, i) => addon.poseidon(inputs.slice(arity * i, arity * (i + 1)), engine));
      expect(addon.poseidonMany(arity, inputs, engine), `arity ${arity}`).toEqual(single);
      expect(toWords(addon.poseidonMany(arity, toBytes(inputs), engine) ?? new Uint8Array()), `arity ${arity}`).toEqual(single);
    }
  });

  it("makes a batch of 1000", () => {
    const hashes = addon.poseidonMany(4, words(4000), engine) ?? [];
    expect(hashes).toHaveLength(1000);
    for (const i of [0, 1, 499, 992, 999]) expect(hashes[i]).toBe(expected(words(4000).slice(4 * i, 4 * i + 4)));
  });

  it("reads bytes at any address", () => {
    const bytes = new Uint8Array(1 + 2 * 3 * 32);
    bytes.set(toBytes(words(6)), 1);
    expect(toWords(addon.poseidonMany(3, bytes.subarray(1), engine) ?? bytes)).toEqual(addon.poseidonMany(3, words(6), engine));
  });

  it("throws for inputs that are not whole hashes", () => {
    expect(() => addon.poseidonMany(3, words(4), engine)).toThrow(/whole/);
    expect(() => addon.poseidonMany(1, new Uint8Array(33), engine)).toThrow(/whole/);
    expect(() => addon.poseidonMany(0, [], engine)).toThrow(/1 to 16/);
    expect(() => addon.poseidonMany(17, [], engine)).toThrow(/1 to 16/);
  });

  it("equals poseidon-lite for any words", () => {
    const word = fc.oneof(fc.bigInt({ min: 0n, max: R - 1n }), fc.constantFrom(0n, 1n, R - 1n, R - 2n, (R - 1n) / 2n, 1n << 253n));
    const batch = fc.integer({ min: 1, max: 16 }).chain((arity) => {
      const inputs = fc.array(word, { minLength: arity, maxLength: arity });
      return fc.array(inputs, { minLength: 1, maxLength: 10 });
    });
    const agrees = fc.property(batch, (all) => {
      const arity = all[0]?.length ?? 0;
      expect(addon.poseidonMany(arity, all.flat(), engine)).toEqual(all.map(expected));
    });
    fc.assert(agrees, { seed: 20191, numRuns: 40 });
  }, 120_000);
});

it("refuses an engine that does not exist", () => {
  expect(() => addon.poseidon([1n], "abacus")).toThrow(/engine abacus/);
});
