// The native verdict on signatures is core's, for honest words and for hostile ones. Core computes purely here: no accelerator is put in.
import { babyjubjub } from "@noble/curves/misc.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyFromSeed, type PublicKey, type Signature, SUBGROUP_ORDER, verify } from "../../../core/eddsa.js";
import { R } from "../../../core/field.js";
import { poseidon } from "../../../core/poseidon.js";
import { addon } from "./addon.js";

const { Point } = babyjubjub;
const { Fp } = Point;
type CurvePoint = InstanceType<typeof Point>;

const seed = (n: number) => Uint8Array.from({ length: 32 }, (_, i) => (n * 41 + i * i) & 255);
const message = 987654321n;
const key = keyFromSeed(seed(1));
const signature = key.sign(message);

/** The eight points of small order: multiples of one of order 8. */
const SMALL = (() => {
  for (let y = 2n; ; y++) {
    const { a, d } = Point.CURVE();
    const y2 = Fp.sqr(y);
    const x2 = Fp.div(Fp.sub(1n, y2), Fp.sub(a, Fp.mul(d, y2)));
    if (Fp.pow(x2, (R - 1n) / 2n) !== 1n) continue;
    const torsion = Point.fromAffine({ x: Fp.sqrt(x2), y })
      .multiplyUnsafe(SUBGROUP_ORDER - 1n)
      .add(Point.fromAffine({ x: Fp.sqrt(x2), y }));
    if (!torsion.double().double().is0()) return Array.from({ length: 8 }, (_, i) => torsion.multiplyUnsafe(BigInt(i)));
  }
})();

const affine = (point: CurvePoint): PublicKey => {
  const { x, y } = point.toAffine();
  return { ax: x, ay: y };
};

/** Signs with any secret, nonce, and parts of small order, so that the equation holds if these parts cancel. */
function forged(secret: bigint, nonce: bigint, inKey: CurvePoint, inR8: CurvePoint): { publicKey: PublicKey; signature: Signature } {
  const publicKey = affine(Point.BASE.multiplyUnsafe(secret).add(inKey));
  const r8 = affine(Point.BASE.multiplyUnsafe(nonce).add(inR8));
  const h = poseidon([r8.ax, r8.ay, publicKey.ax, publicKey.ay, message]);
  return { publicKey, signature: { r8x: r8.ax, r8y: r8.ay, s: (nonce + 8n * h * secret) % SUBGROUP_ORDER } };
}

describe.each(addon.engines())("verifySignature on %s", (engine) => {
  const verdict = (publicKey: PublicKey, m: bigint, { r8x, r8y, s }: Signature): boolean =>
    addon.verifySignature(publicKey.ax, publicKey.ay, m, r8x, r8y, s, engine);
  /** The common verdict. */
  const agreed = (publicKey: PublicKey, m: bigint, sig: Signature): boolean => {
    const expected = verify(publicKey, m, sig);
    expect(
      verdict(publicKey, m, sig),
      JSON.stringify([publicKey, m, sig], (_, x) => (typeof x === "bigint" ? `${x}` : x)),
    ).toBe(expected);
    return expected;
  };

  it("accepts what core signs", () => {
    for (let n = 0; n < 8; n++) {
      const signer = keyFromSeed(seed(n));
      for (const m of [0n, 1n, R - 1n, 3n ** BigInt(100 + n)]) expect(agreed(signer.publicKey, m, signer.sign(m))).toBe(true);
    }
  });

  it("refuses any word that is changed: by one, by its sign, by a multiple of the field's or the subgroup's order, by 2^256", () => {
    const words = { ...key.publicKey, m: message, ...signature };
    const shifts = [1n, -1n, R, -R, 2n * R, SUBGROUP_ORDER, -SUBGROUP_ORDER, 1n << 256n, -(1n << 256n), 1n << 320n];
    for (const name of ["ax", "ay", "m", "r8x", "r8y", "s"] as const) {
      const changed = [...shifts.map((shift) => words[name] + shift), -words[name], R - words[name], 0n, 1n, R - 1n, R, 1n << 255n];
      for (const word of changed) {
        const { m, ...rest } = { ...words, [name]: word };
        expect(agreed(rest, m, rest), `${name} ${word}`).toBe(false);
      }
    }
  });

  it("refuses S at the subgroup's order, and takes the one below it as core does", () => {
    for (const s of [0n, 1n, SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, SUBGROUP_ORDER + 1n]) agreed(key.publicKey, message, { ...signature, s });
  });

  it("refuses points off the curve and on its twist", () => {
    for (const [x, y] of [
      [1n, 2n],
      [0n, 0n],
      [1n, 0n],
      [R - 1n, 5n],
    ] as const) {
      expect(agreed({ ax: x, ay: y }, message, signature)).toBe(false);
      expect(agreed(key.publicKey, message, { ...signature, r8x: x, r8y: y })).toBe(false);
    }
  });

  it("refuses keys of small order although the equation holds", () => {
    for (const small of SMALL) {
      const { publicKey, signature: sig } = forged(0n, 5n, small, Point.ZERO);
      expect(agreed(publicKey, message, sig)).toBe(false);
    }
  });

  it("takes a part of small order in the key, and refuses one in R8", () => {
    for (const [i, small] of SMALL.entries()) {
      const inKey = forged(9n, 7n, small, Point.ZERO);
      expect(agreed(inKey.publicKey, message, inKey.signature)).toBe(true);
      const inR8 = forged(9n, 7n, Point.ZERO, small);
      expect(agreed(inR8.publicKey, message, inR8.signature)).toBe(i === 0);
      const inBoth = forged(9n, 7n, small, small);
      expect(agreed(inBoth.publicKey, message, inBoth.signature)).toBe(i === 0);
    }
  });

  it("agrees where points of the sum are equal, opposite or the identity", () => {
    for (const [secret, nonce] of [
      [1n, 0n],
      [1n, 1n],
      [1n, SUBGROUP_ORDER - 1n],
      [SUBGROUP_ORDER - 1n, 1n],
      [3n, 8n],
    ] as const) {
      const { publicKey, signature: sig } = forged(secret, nonce, Point.ZERO, Point.ZERO);
      expect(agreed(publicKey, message, sig)).toBe(true);
      agreed(publicKey, message, { ...sig, s: 0n });
    }
  });

  it("agrees on any words", () => {
    const scalar = fc.bigInt({ min: 0n, max: SUBGROUP_ORDER - 1n });
    const torsion = fc.oneof(fc.constant(Point.ZERO), fc.constantFrom(...SMALL));
    const noise = fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: fc.constantFrom(1n, SUBGROUP_ORDER, R) });
    const agrees = fc.property(scalar, scalar, torsion, torsion, noise, (secret, nonce, inKey, inR8, shift) => {
      const { publicKey, signature: sig } = forged(secret, nonce, inKey, inR8);
      agreed(publicKey, message, { ...sig, s: sig.s + shift });
    });
    fc.assert(agrees, { seed: 8032, numRuns: 60 });
  }, 120_000);
});
