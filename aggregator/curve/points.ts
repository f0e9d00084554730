// Points as bytes: affine in Montgomery form, as they lie in the curve's memory and are passed around here, and encoded as in certificates.
import { Malformed } from "../../core/pairing/backend.js";
import { encodeG1, encodeG2, isOddPair, P, parseG1, parseG2 } from "../../core/pairing/encoding.js";
import { U } from "../../core/pairing/lattice.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, type GroupName, groupOf } from "./group.js";
import { put, readNumbers, take, writeNumbers, writeScalars } from "./memory.js";

/** An affine point as it lies in memory: 64 bytes in G1, 128 in G2, all zero for infinity. */
export type Point = Uint8Array;

/** Bytes of a point in G1 and in G2. */
export const G1_BYTES = 64;
export const G2_BYTES = 128;

export const isInfinity = (point: Point): boolean => point.every((byte) => byte === 0);

/** (p + 1) / 4: a square to this power is a root. A fixed number of steps, unlike the module's own root, which never ends for what is no square. */
const ROOT_EXPONENT = (P + 1n) / 4n;

/**
 * True for a point of the twist of order r: the group's map multiplies by t - 1 = 6 u^2 there and nowhere else, since it satisfies x^2 - t x + p = 0 on the
 * whole twist, and (t - 1)^2 - t (t - 1) + p = r.
 */
export function isInG2(curve: WasmCurve, g2: Group, address: number): boolean {
  return curve.scoped(() => {
    const [image, multiple, scalar] = [curve.alloc(g2.affineBytes), curve.alloc(g2.jacobianBytes), curve.alloc(32)];
    writeScalars(curve, scalar, [6n * U * U]);
    g2.rotate(address, image);
    g2.op("timesScalarAffine")(address, scalar, 16, multiple);
    return g2.op("eqMixed")(multiple, image) === 1;
  });
}

/** Encodes and decodes the points of a curve. */
export class PointCodec {
  private readonly curve: WasmCurve;
  private readonly groups: Readonly<Record<GroupName, Group>>;
  private readonly rootExponent: number;
  /** b of y^2 = x^3 + b: 3, and 3 / (9 + i) on the twist. */
  private readonly b: Readonly<Record<GroupName, number>>;

  constructor(curve: WasmCurve) {
    this.curve = curve;
    this.groups = { g1m: groupOf(curve, "g1m"), g2m: groupOf(curve, "g2m") };
    this.rootExponent = curve.alloc(32);
    writeScalars(curve, this.rootExponent, [ROOT_EXPONENT]);
    this.b = { g1m: curve.alloc(64), g2m: curve.alloc(64) };
    writeNumbers(curve, this.b.g1m, [3n, 0n]);
    writeNumbers(curve, this.b.g2m, [9n, 1n]);
    curve.op("f2m_inverse")(this.b.g2m, this.b.g2m);
    curve.op("f2m_mul")(this.b.g1m, this.b.g2m, this.b.g2m);
  }

  /** 32 bytes. */
  encodeG1(point: Point): Uint8Array {
    const [x = 0n, y = 0n] = this.numbersOf(point);
    return encodeG1(x, y);
  }

  /** 64 bytes. */
  encodeG2(point: Point): Uint8Array {
    const [x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n] = this.numbersOf(point);
    return encodeG2({ c0: x0, c1: x1 }, { c0: y0, c1: y1 });
  }

  /** Ends for any bytes. @throws Malformed unless on the curve */
  decodeG1(bytes: Uint8Array): Point {
    const parsed = parseG1(bytes);
    return parsed === undefined ? new Uint8Array(this.groups.g1m.affineBytes) : this.lift(this.groups.g1m, [parsed.x], parsed.odd);
  }

  /** Ends for any bytes. @throws Malformed unless on the twist and of order r */
  decodeG2(bytes: Uint8Array): Point {
    const parsed = parseG2(bytes);
    if (parsed === undefined) return new Uint8Array(this.groups.g2m.affineBytes);
    return this.lift(this.groups.g2m, [parsed.x.c0, parsed.x.c1], parsed.odd);
  }

  /** From coordinates below p, all zero for infinity. @throws Malformed unless on the curve; the order of a point of G2 is not looked at */
  fromNumbers(name: GroupName, coordinates: readonly bigint[]): Point {
    const group = this.groups[name];
    return this.curve.scoped(() => {
      const address = this.curve.alloc(group.affineBytes);
      writeNumbers(this.curve, address, coordinates);
      if (!group.op("isZeroAffine")(address) && !group.op("inCurveAffine")(address)) throw offCurve();
      return take(this.curve, address, group.affineBytes);
    });
  }

  private numbersOf(point: Point): bigint[] {
    return this.curve.scoped(() => {
      const address = this.curve.alloc(point.length);
      put(this.curve, address, point);
      return readNumbers(this.curve, address, point.length / 32);
    });
  }

  /** The point with these coordinates of x, and the y of that sign. */
  private lift(group: Group, x: readonly bigint[], odd: boolean): Point {
    const { coordinateBytes, affineBytes, fieldOp } = group;
    return this.curve.scoped(() => {
      const [point, square] = [this.curve.alloc(affineBytes), this.curve.alloc(coordinateBytes)];
      const y = point + coordinateBytes;
      writeNumbers(this.curve, point, x);
      fieldOp("square")(point, square);
      fieldOp("mul")(square, point, square);
      fieldOp("add")(square, this.b[group.name], square);
      this.root(group, square, y);
      const [c0 = 0n, c1 = 0n] = readNumbers(this.curve, y, coordinateBytes / 32);
      if (isOddPair({ c0, c1 }) !== odd) fieldOp("neg")(y, y);
      if (group.name === "g2m" && !isInG2(this.curve, group, point)) throw new Malformed("the G2 point is not of order r");
      return take(this.curve, point, affineBytes);
    });
  }

  /** Writes a root of what is at `square`. @throws Malformed when it has none */
  private root(group: Group, square: number, root: number): void {
    const { name, coordinateBytes, fieldOp } = group;
    if (name === "g1m") fieldOp("exp")(square, this.rootExponent, 32, root);
    else if (fieldOp("isSquare")(square)) fieldOp("sqrt")(square, root);
    else throw offCurve(); // the module's root would trap
    this.curve.scoped(() => {
      const check = this.curve.alloc(coordinateBytes);
      fieldOp("square")(root, check);
      if (!fieldOp("eq")(check, square)) throw offCurve();
    });
  }
}

const offCurve = (): Malformed => new Malformed("the point is not on the curve");
