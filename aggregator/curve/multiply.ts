// Many points times scalars, in place: every scalar is split along the group's map, the parts are written with few non-zero digits, and all points of a
// block take each step together.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Addresses, affineSteps } from "./affine.js";
import type { Group } from "./group.js";

/** Digits are odd and below 2^(WINDOW - 1) in absolute value; at least WINDOW - 1 zeros follow each. */
const WINDOW = 4;
const ENTRIES = 2 ** (WINDOW - 2);
/** Points that share inversions and tables. */
const BLOCK = 256;

/** Non-adjacent form of a number, least significant digit first (Solinas, "Efficient arithmetic on Koblitz curves", 2000). */
export function sparseDigits(x: bigint, window = WINDOW): Int8Array {
  const digits: number[] = [];
  const modulus = 2 ** window;
  for (let rest = x < 0n ? -x : x; rest > 0n; rest >>= 1n) {
    let digit = 0;
    if ((rest & 1n) === 1n) {
      const low = Number(rest & BigInt(modulus - 1));
      digit = low >= modulus / 2 ? low - modulus : low;
      rest -= BigInt(digit);
    }
    digits.push(x < 0n ? -digit : digit);
  }
  return Int8Array.from(digits);
}

/**
 * Multiplies the affine points at the addresses in place: each by its scalar, or all by the only one. Infinity is allowed, and a zero scalar. Yields after
 * some tens of milliseconds, so that a caller may let others run in between. ASSUMES: points of order r.
 */
export type MultiplyAll = (points: Addresses, scalars: readonly bigint[]) => Generator<void, void>;

/** A table of each point's odd multiples, for every power of the map. */
interface Table {
  readonly entry: (point: number, part: number, digit: number) => number;
}

/** The multiplier of a group. */
export function pointMultiplier(curve: WasmCurve, group: Group): MultiplyAll {
  const steps = affineSteps(curve, group);
  const parts = group.split(1n).length;
  const bytes = group.affineBytes;
  const [copy, negate, isZero, zero] = [group.op("copyAffine"), group.op("negAffine"), group.op("isZeroAffine"), group.op("zeroAffine")];

  const buildTable = (points: Addresses, lines: number): Table => {
    const base = curve.alloc(points.length * parts * ENTRIES * bytes);
    const place = (point: number, part: number, index: number) => base + ((point * parts + part) * ENTRIES + index) * bytes;
    const doubled = points.map(() => curve.alloc(bytes));
    for (const [i, address] of points.entries()) {
      copy(address, place(i, 0, 0));
      copy(address, doubled[i] ?? 0);
    }
    steps.double(doubled, lines);
    for (let index = 1; index < ENTRIES; index++) {
      const next = points.map((_, i) => place(i, 0, index));
      for (const [i, address] of next.entries()) copy(place(i, 0, index - 1), address);
      steps.add(next, doubled, lines);
    }
    for (const i of points.keys())
      for (let part = 1; part < parts; part++)
        for (let index = 0; index < ENTRIES; index++) group.rotate(place(i, part - 1, index), place(i, part, index));
    return { entry: (point, part, digit) => place(point, part, (Math.abs(digit) - 1) / 2) };
  };

  const multiplyBlock = (points: Addresses, digits: (point: number) => readonly Int8Array[]): void => {
    const lines = curve.alloc(points.length * steps.lineBytes);
    const table = buildTable(points, lines);
    const addends = points.map(() => curve.alloc(bytes));
    const started = points.map(() => false);
    const length = Math.max(0, ...points.flatMap((_, i) => digits(i).map((part) => part.length)));
    for (let position = length - 1; position >= 0; position--) {
      steps.double(
        points.filter((_, i) => started[i]),
        lines,
      );
      for (let part = 0; part < parts; part++) {
        const [sums, others]: [number[], number[]] = [[], []];
        for (const [i, point] of points.entries()) {
          const digit = digits(i)[part]?.[position] ?? 0;
          if (digit === 0) continue;
          const entry = table.entry(i, part, digit);
          const addend = started[i] ? (addends[i] ?? 0) : point;
          (digit > 0 ? copy : negate)(entry, addend);
          if (started[i]) {
            sums.push(point);
            others.push(addend);
          }
          started[i] = true;
        }
        steps.add(sums, others, lines);
      }
    }
    for (const [i, point] of points.entries()) if (!started[i]) zero(point);
  };

  return function* multiplyAll(points, scalars) {
    const shared = scalars.length === 1;
    const digitsOf = (scalar: bigint) => group.split(scalar).map((part) => sparseDigits(part));
    const common = shared ? digitsOf(scalars[0] ?? 0n) : [];
    const finite = points.map((address, i) => ({ address, scalar: scalars[i] ?? 0n })).filter(({ address }) => !isZero(address));
    for (let from = 0; from < finite.length; from += BLOCK) {
      const block = finite.slice(from, from + BLOCK);
      const own = shared ? [] : block.map(({ scalar }) => digitsOf(scalar));
      curve.scoped(() =>
        multiplyBlock(
          block.map(({ address }) => address),
          (i) => (shared ? common : (own[i] ?? [])),
        ),
      );
      yield;
    }
  };
}
