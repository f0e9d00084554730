// Many multiples of one point: windowed tables and mixed additions.
//
// Brickell, Gordon, McCurley, Wilson, "Fast exponentiation with precomputation", 1992, in its simplest form: row j holds d * 2^(cj) * G for
// every digit d below 2^c, so a multiple costs one addition per window. No addition meets its exceptional case: before window j the sum is a
// multiple below 2^(cj) of G, the addend a multiple d * 2^(cj), and their sum the canonical scalar's tail, all below r.
import { FIELD_BYTES, type WasmCurve } from "./wasm-curve.js";

export type Group = "g1m" | "g2m";

const SCALAR_BITS = 254;
// Bounds the table to 35 MB (G1) or 70 MB (G2).
const MAX_WINDOW = 15;

/** The window that makes table and additions together cheapest for n points. */
export function bestWindow(n: number): number {
  const cost = (c: number) => Math.ceil(SCALAR_BITS / c) * (n + 2 ** c);
  let best = 2;
  for (let c = 3; c <= MAX_WINDOW; c++) if (cost(c) < cost(best)) best = c;
  return best;
}

export interface FixedBase {
  /** Bytes of an affine point. */
  readonly affineBytes: number;
  /** Multiply the generator by `n` scalars (32 bytes each, little-endian, canonical, at an address) into n affine points at another. */
  readonly multiply: (pScalars: number, n: number, pOut: number) => void;
}

/** Build the table for a group's generator. */
export function fixedBase(curve: WasmCurve, group: Group, window: number): FixedBase {
  const coordinate = group === "g1m" ? FIELD_BYTES : 2 * FIELD_BYTES;
  const [affine, jacobian] = [2 * coordinate, 3 * coordinate];
  const rows = Math.ceil(SCALAR_BITS / window);
  const rowBytes = (1 << window) * affine;
  const table = buildTable(curve, group, { window, rows, affine, jacobian });
  const addMixed = curve.op(`${group}_addMixed`);
  const toAffine = curve.op(`${group}_batchToAffine`);
  const zero = curve.op(`${group}_zero`);
  const multiply = (pScalars: number, n: number, pOut: number) =>
    curve.scoped(() => {
      const sums = curve.alloc(n * jacobian);
      const scalars = curve.u8().slice(pScalars, pScalars + n * FIELD_BYTES);
      const digits = new Uint32Array(rows);
      for (let i = 0; i < n; i++) {
        const sum = sums + i * jacobian;
        zero(sum);
        splitDigits(scalars, i * FIELD_BYTES, window, digits);
        for (let j = 0; j < rows; j++) {
          const d = digits[j] as number;
          if (d !== 0) addMixed(sum, table + j * rowBytes + d * affine, sum);
        }
      }
      toAffine(sums, n, pOut);
    });
  return { affineBytes: affine, multiply };
}

interface Shape {
  readonly window: number;
  readonly rows: number;
  readonly affine: number;
  readonly jacobian: number;
}

function buildTable(curve: WasmCurve, group: Group, { window, rows, affine, jacobian }: Shape): number {
  const size = 1 << window;
  const table = curve.alloc(rows * size * affine);
  curve.scoped(() => {
    const row = curve.alloc((size + 1) * jacobian);
    const base = curve.alloc(affine);
    const copy = curve.op(`${group}_copyAffine`);
    copy(group === "g1m" ? curve.g1Generator : curve.g2Generator, base);
    const [zero, addMixed] = [curve.op(`${group}_zero`), curve.op(`${group}_addMixed`)];
    const [toAffine, batchToAffine] = [curve.op(`${group}_toAffine`), curve.op(`${group}_batchToAffine`)];
    for (let j = 0; j < rows; j++) {
      zero(row);
      for (let d = 1; d <= size; d++) addMixed(row + (d - 1) * jacobian, base, row + d * jacobian);
      batchToAffine(row, size, table + j * size * affine);
      toAffine(row + size * jacobian, base);
    }
  });
  return table;
}

/** Base-2^c digits of the 256-bit little-endian integer at an offset, c at most 16. */
function splitDigits(bytes: Uint8Array, offset: number, window: number, digits: Uint32Array): void {
  const mask = (1 << window) - 1;
  let [have, held, at] = [0, 0, offset];
  const end = offset + FIELD_BYTES;
  for (let j = 0; j < digits.length; j++) {
    while (have < window && at < end) {
      held |= (bytes[at++] as number) << have;
      have += 8;
    }
    digits[j] = held & mask;
    held >>>= window;
    have -= window;
  }
}
