import { babyjubjub } from "@noble/curves/misc.js";
import { buildEddsa, type Eddsa } from "circomlibjs";
import { beforeAll, describe, expect, it } from "vitest";
import { isValidKey, keyFromSeed, SUBGROUP_ORDER, verify } from "../../../core/eddsa.js";
import { R } from "../../../core/field.js";
import { poseidon } from "../../../core/poseidon.js";

const seed = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (n * 37 + i * i) & 255);
const MESSAGES = [0n, 1n, 255n, 2n ** 128n + 5n, R - 1n];
const key = keyFromSeed(seed(1));
const message = 123456789n;
const signature = key.sign(message);

describe("EdDSA-Poseidon", () => {
  let eddsa: Eddsa;
  beforeAll(async () => {
    eddsa = await buildEddsa();
  });

  it("makes the same keys and signatures as circomlibjs", () => {
    for (let n = 0; n < 12; n++) {
      const mine = keyFromSeed(seed(n));
      const theirs = eddsa.prv2pub(seed(n)).map((x) => eddsa.F.toObject(x));
      expect([mine.publicKey.ax, mine.publicKey.ay]).toEqual(theirs);
      for (const m of MESSAGES) {
        const sig = mine.sign(m);
        const their = eddsa.signPoseidon(seed(n), eddsa.F.e(m));
        expect([sig.r8x, sig.r8y, sig.s]).toEqual([eddsa.F.toObject(their.R8[0]), eddsa.F.toObject(their.R8[1]), their.S]);
        expect(verify(mine.publicKey, m, sig)).toBe(true);
      }
    }
  });

  it("refuses a changed message, key or word", () => {
    expect(verify(key.publicKey, message + 1n, signature)).toBe(false);
    expect(verify(keyFromSeed(seed(2)).publicKey, message, signature)).toBe(false);
    expect(verify(key.publicKey, message, { ...signature, s: signature.s ^ 1n })).toBe(false);
    const other = key.sign(message + 1n);
    expect(verify(key.publicKey, message, { ...signature, r8x: other.r8x, r8y: other.r8y })).toBe(false);
  });

  it("refuses S at the subgroup order and above, and negative S", () => {
    expect(verify(key.publicKey, message, { ...signature, s: signature.s + SUBGROUP_ORDER })).toBe(false);
    expect(verify(key.publicKey, message, { ...signature, s: signature.s - SUBGROUP_ORDER })).toBe(false);
  });

  it("refuses words that are not canonical", () => {
    expect(verify(key.publicKey, message + R, signature)).toBe(false);
    expect(verify({ ...key.publicKey, ax: key.publicKey.ax + R }, message, signature)).toBe(false);
    expect(verify(key.publicKey, message, { ...signature, r8x: signature.r8x + R })).toBe(false);
    expect(() => key.sign(R)).toThrow(/field element/);
  });

  it("refuses points off the curve", () => {
    expect(verify({ ax: 1n, ay: 2n }, message, signature)).toBe(false);
    expect(verify(key.publicKey, message, { ...signature, r8x: 1n, r8y: 2n })).toBe(false);
    expect(isValidKey({ ax: 1n, ay: 2n })).toBe(false);
  });

  it("refuses keys of small order although the equation holds", () => {
    const { Point } = babyjubjub;
    const r8 = Point.BASE.multiply(5n).toAffine();
    for (const small of [
      { ax: 0n, ay: 1n },
      { ax: 0n, ay: R - 1n },
    ]) {
      expect(verify(small, message, { r8x: r8.x, r8y: r8.y, s: 5n })).toBe(false);
      expect(isValidKey(small)).toBe(false);
    }
  });

  it("accepts a key with a torsion part, as the cofactored equation does", () => {
    const { Point } = babyjubjub;
    const order2 = Point.fromAffine({ x: 0n, y: R - 1n });
    const mixed = Point.BASE.multiply(9n).add(order2).toAffine();
    const r8 = Point.BASE.multiply(5n).toAffine();
    const h = poseidon([r8.x, r8.y, mixed.x, mixed.y, message]);
    const s = (5n + 8n * h * 9n) % SUBGROUP_ORDER;
    expect(verify({ ax: mixed.x, ay: mixed.y }, message, { r8x: r8.x, r8y: r8.y, s })).toBe(true);
  });

  it("wants a seed of 32 bytes", () => {
    expect(() => keyFromSeed(new Uint8Array(31))).toThrow(/32 bytes/);
  });
});
