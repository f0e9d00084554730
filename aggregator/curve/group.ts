// The two groups as the wasm module has them: sizes, the module's functions by group, and the map that multiplies by a known number at the price of one
// or two field products.
import { P } from "../../core/pairing/encoding.js";
import { roundedQuotient, splitExponent, U } from "../../core/pairing/lattice.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { writeNumbers, writeScalars } from "./memory.js";

export type GroupName = "g1m" | "g2m";

/** A function of the module over addresses. */
export type WasmOp = (...addresses: readonly number[]) => number;

export interface Group {
  readonly name: GroupName;
  /** Bytes of a coordinate, of an affine point (infinity is all zero) and of a Jacobian one. */
  readonly coordinateBytes: number;
  readonly affineBytes: number;
  readonly jacobianBytes: number;
  /** A function of the group, or of the field that its coordinates are in. */
  readonly op: (name: string) => WasmOp;
  readonly fieldOp: (name: string) => WasmOp;
  /** Parts of a scalar: the scalar is the sum of part j times the j-th power of what `rotate` multiplies by. */
  readonly split: (scalar: bigint) => readonly bigint[];
  /** Writes the image of the affine point at `from` to `to`. */
  readonly rotate: (from: number, to: number) => void;
}

// Gallant, Lambert and Vanstone, "Faster point multiplication on elliptic curves with efficient endomorphisms", 2001: (x, y) -> (BETA x, y) multiplies
// by 36 u^3 + 18 u^2 + 6 u + 1, and (A, B), (B, -C) are the short vectors of that number; A C + B^2 = r.
const BETA = 18n * U ** 3n + 18n * U ** 2n + 9n * U + 1n;
const [A, B, C] = [6n * U * U + 4n * U + 1n, 2n * U + 1n, 6n * U * U + 2n * U];
const ORDER = A * C + B * B;

/** Two parts of at most 128 bits. */
function splitHalves(scalar: bigint): readonly bigint[] {
  const x = roundedQuotient(scalar * C, ORDER);
  const y = roundedQuotient(scalar * B, ORDER);
  return [scalar - x * A - y * B, y * C - x * B];
}

function rotationG1(curve: WasmCurve): Group["rotate"] {
  const beta = curve.alloc(32);
  writeNumbers(curve, beta, [BETA]);
  const [multiply, copy] = [curve.op("f1m_mul"), curve.op("f1m_copy")];
  return (from, to) => {
    multiply(from, beta, to);
    copy(from + 32, to + 32);
  };
}

/** Frobenius of the curve as seen on the twist: (x^p gamma^2, y^p gamma^3), gamma = (9 + i)^((p - 1) / 6), which multiplies by p in G2. */
function rotationG2(curve: WasmCurve): Group["rotate"] {
  const [square, cube, exponent] = [curve.alloc(64), curve.alloc(64), curve.alloc(32)];
  const [multiply, conjugate] = [curve.op("f2m_mul"), curve.op("f2m_conjugate")];
  writeNumbers(curve, square, [9n, 1n]);
  writeScalars(curve, exponent, [(P - 1n) / 6n]);
  curve.op("f2m_exp")(square, exponent, 32, cube); // gamma
  multiply(cube, cube, square);
  multiply(square, cube, cube);
  return (from, to) => {
    conjugate(from, to);
    multiply(to, square, to);
    conjugate(from + 64, to + 64);
    multiply(to + 64, cube, to + 64);
  };
}

/** A group of an opened curve. */
export function groupOf(curve: WasmCurve, name: GroupName): Group {
  const field = name === "g1m" ? "f1m" : "f2m";
  const coordinateBytes = name === "g1m" ? 32 : 64;
  return {
    name,
    coordinateBytes,
    affineBytes: 2 * coordinateBytes,
    jacobianBytes: 3 * coordinateBytes,
    op: (op) => curve.op(`${name}_${op}`),
    fieldOp: (op) => curve.op(`${field}_${op}`),
    split: name === "g1m" ? splitHalves : splitExponent,
    rotate: name === "g1m" ? rotationG1(curve) : rotationG2(curve),
  };
}
