// Points in and out of the curve's memory: as affine Montgomery bytes, which everything here passes around, and as the bytes of certificates.
import { Malformed } from "../../core/pairing/backend.js";
import { encodeG1, encodeG2, isOddPair, P, parseG1, parseG2 } from "../../core/pairing/encoding.js";
import { U } from "../../core/pairing/lattice.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "./group.js";
import { readNumbers, writeNumbers, writeScalars } from "./numbers.js";

/** An affine point as it lies in memory: 64 bytes in G1, 128 in G2, all zero for infinity. */
export type Point = Uint8Array;

/** Puts bytes at an address. */
export const put = (curve: WasmCurve, address: number, bytes: Uint8Array): void => curve.u8().set(bytes, address);
/** A copy of bytes. */
export const take = (curve: WasmCurve, address: number, length: number): Uint8Array => curve.u8().slice(address, address + length);
/** Addresses of `count` things of `size` bytes in a row. */
export const row = (base: number, size: number, count: number): number[] => Array.from({ length: count }, (_, i) => base + i * size);

export interface PointCodec {
  /** The bytes of certificates: 32 and 64. */
  readonly encodeG1: (point: Point) => Uint8Array;
  readonly encodeG2: (point: Point) => Uint8Array;
  /** From those bytes; never hangs. @throws Malformed unless on the curve, in G2 also of order r */
  readonly decodeG1: (bytes: Uint8Array) => Point;
  readonly decodeG2: (bytes: Uint8Array) => Point;
  /** From coordinates below p, (0, 0) for infinity. @throws Malformed unless on the curve; the order of a G2 point is not looked at */
  readonly fromNumbers: (group: "g1m" | "g2m", coordinates: readonly bigint[]) => Point;
}

/** (p + 1) / 4: for a square x, x to this power is a root. A fixed number of steps, unlike the module's own root, which never ends for other x. */
const ROOT_EXPONENT = (P + 1n) / 4n;
const TWIST_B = [3n, 0n];
const XI = [9n, 1n];

/** True for a point of the twist of order r: the map multiplies by t - 1 = 6 u^2 there and nowhere else, since it satisfies x^2 - t x + p = 0 on the
 * whole twist, and (t - 1)^2 - t (t - 1) + p = r. */
export function isInG2(curve: WasmCurve, g2: Group, address: number): boolean {
  return curve.scoped(() => {
    const [image, multiple, scalar] = [curve.alloc(g2.affineBytes), curve.alloc(g2.jacobianBytes), curve.alloc(32)];
    writeScalars(curve, scalar, [6n * U * U]);
    g2.rotate(address, image);
    g2.op("timesScalarAffine")(address, scalar, 16, multiple);
    return g2.op("eqMixed")(multiple, image) === 1;
  });
}

/** The codec of a curve. */
export function pointCodec(curve: WasmCurve): PointCodec {
  const [g1, g2] = [groupOf(curve, "g1m"), groupOf(curve, "g2m")];
  const rootExponent = curve.alloc(32);
  writeScalars(curve, rootExponent, [ROOT_EXPONENT]);
  const constants = curve.alloc(2 * 64);
  const [b1, b2] = [constants, constants + 64];
  writeNumbers(curve, b2, XI);
  curve.op("f2m_inverse")(b2, b2);
  writeNumbers(curve, b1, TWIST_B);
  curve.op("f2m_mul")(b1, b2, b2); // 3 / xi; b1 is 3

  /** Puts x^3 + b at y. */
  const equation = (group: Group, x: number, b: number, y: number): void => {
    group.fieldOp("square")(x, y);
    group.fieldOp("mul")(y, x, y);
    group.fieldOp("add")(y, b, y);
  };
  const rootG1 = (square: number, root: number): void => {
    curve.op("f1m_exp")(square, rootExponent, 32, root);
  };
  const rootG2 = (square: number, root: number): void => {
    if (!curve.op("f2m_isSquare")(square)) throw new Malformed("the G2 point is not on the curve"); // its root would trap
    curve.op("f2m_sqrt")(square, root);
  };

  const lift = (group: Group, x: readonly bigint[], odd: boolean): Point =>
    curve.scoped(() => {
      const size = group.coordinateBytes;
      const [point, square, check] = [curve.alloc(2 * size), curve.alloc(size), curve.alloc(size)];
      const y = point + size;
      writeNumbers(curve, point, x);
      equation(group, point, group === g1 ? b1 : b2, square);
      (group === g1 ? rootG1 : rootG2)(square, y);
      group.fieldOp("square")(y, check);
      if (!group.fieldOp("eq")(check, square)) throw new Malformed("the point is not on the curve");
      const [c0 = 0n, c1 = 0n] = readNumbers(curve, y, size / 32);
      if (isOddPair({ c0, c1 }) !== odd) group.fieldOp("neg")(y, y);
      if (group === g2 && !isInG2(curve, g2, point)) throw new Malformed("the G2 point is not of order r");
      return take(curve, point, 2 * size);
    });

  const numbersOf = (point: Point): bigint[] =>
    curve.scoped(() => {
      const address = curve.alloc(point.length);
      put(curve, address, point);
      return readNumbers(curve, address, point.length / 32);
    });

  return {
    encodeG1: (point) => {
      const [x = 0n, y = 0n] = numbersOf(point);
      return encodeG1(x, y);
    },
    encodeG2: (point) => {
      const [x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n] = numbersOf(point);
      return encodeG2({ c0: x0, c1: x1 }, { c0: y0, c1: y1 });
    },
    decodeG1: (bytes) => {
      const parsed = parseG1(bytes);
      return parsed === undefined ? new Uint8Array(g1.affineBytes) : lift(g1, [parsed.x], parsed.odd);
    },
    decodeG2: (bytes) => {
      const parsed = parseG2(bytes);
      return parsed === undefined ? new Uint8Array(g2.affineBytes) : lift(g2, [parsed.x.c0, parsed.x.c1], parsed.odd);
    },
    fromNumbers: (name, coordinates) =>
      curve.scoped(() => {
        const group = name === "g1m" ? g1 : g2;
        const address = curve.alloc(group.affineBytes);
        writeNumbers(curve, address, coordinates);
        const known = group.op("isZeroAffine")(address) || group.op("inCurveAffine")(address);
        if (!known) throw new Malformed("the point is not on the curve");
        return take(curve, address, group.affineBytes);
      }),
  };
}
