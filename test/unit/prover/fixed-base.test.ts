import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { bestWindow, fixedBase, type Group } from "../../../prover/keys/fixed-base.js";
import { compileCurve, fromLittleEndian, openCurve, R_ORDER, toLittleEndian, type WasmCurve } from "../../../prover/keys/wasm-curve.js";

let curve: WasmCurve;
beforeAll(async () => {
  curve = await openCurve(await compileCurve());
});

const SCALARS = [0n, 1n, 2n, 31n, 32n, 1n << 253n, R_ORDER - 1n, R_ORDER / 3n, 0x123456789abcdefn];

/** Affine coordinates of `scalars` times the generator, out of Montgomery form, infinity as zeros. */
function multiples(group: Group, window: number, scalars: readonly bigint[]): bigint[][] {
  return curve.scoped(() => {
    const base = fixedBase(curve, group, window);
    const from = curve.alloc(scalars.length * 32);
    const to = curve.alloc(scalars.length * base.affineBytes);
    for (const [i, s] of scalars.entries()) curve.u8().set(toLittleEndian(s), from + i * 32);
    base.multiply(from, scalars.length, to);
    const words = base.affineBytes / 32;
    return scalars.map((_, i) =>
      Array.from({ length: words }, (_unused, w) => {
        const at = to + i * base.affineBytes + w * 32;
        curve.op("f1m_fromMontgomery")(at, at);
        return fromLittleEndian(curve.u8().slice(at, at + 32));
      }),
    );
  });
}

describe("fixedBase", () => {
  it.each([2, 5, 8, 11, 15])("agrees with noble on G1, window %i", (window) => {
    const want = SCALARS.map((s) => (s === 0n ? [0n, 0n] : Object.values(bn254.G1.Point.BASE.multiply(s).toAffine())));
    expect(multiples("g1m", window, SCALARS)).toEqual(want);
  });

  it.each([3, 10])("agrees with noble on G2, window %i", (window) => {
    const want = SCALARS.map((s) => {
      if (s === 0n) return [0n, 0n, 0n, 0n];
      const { x, y } = bn254.G2.Point.BASE.multiply(s).toAffine();
      return [x.c0, x.c1, y.c0, y.c1];
    });
    expect(multiples("g2m", window, SCALARS)).toEqual(want);
  });

  it("widens the window with the number of points", () => {
    expect(bestWindow(1)).toBeLessThan(5);
    expect(bestWindow(1 << 20)).toBe(15);
  });
});
