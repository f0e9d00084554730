// The Poseidon hash of one arity. In a partial round only word 0 meets the S-box; all else is linear. With v = M e_0 and the characteristic
// polynomial X^t - a_1 X^(t-1) - ... - a_t of the matrix M, take q_1 = v, q_(i+1) = M q_i - a_i q_1 as a basis: state = Q w. A round adds d = y - x to
// word 0 and applies M, which for w means: shift by one and put d + a w in front. So a round costs 2 t products instead of t^2
// (the controller form of linear systems; that the first vectors M^i v are independent is checked while the basis is made).
import { invert, R } from "../../core/field.js";
import { FULL_ROUNDS, grainConstants } from "./grain.js";

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

const HALF = FULL_ROUNDS / 2;

function dot(row: Vector, v: Vector): bigint {
  let sum = 0n;
  for (let i = 0; i < row.length; i++) sum += (row[i] ?? 0n) * (v[i] ?? 0n);
  return sum % R;
}
const apply = (m: Matrix, v: Vector): bigint[] => m.map((row) => dot(row, v));
/** x + f y. */
const addScaled = (x: Vector, f: bigint, y: Vector): bigint[] => x.map((value, i) => (value + f * (y[i] ?? 0n)) % R);
const transpose = (m: Matrix): Matrix => m.map((_, i) => m.map((row) => row[i] ?? 0n));

/** Gauss-Jordan. @throws RangeError for a singular matrix */
function inverse(m: Matrix): Matrix {
  let work: Matrix = m.map((row, i) => [...row, ...m.map((_, j) => (i === j ? 1n : 0n))]);
  for (let c = 0; c < m.length; c++) {
    const pivot = work.findIndex((row, i) => i >= c && row[c] !== 0n);
    const head = work[pivot] ?? [];
    const unit = addScaled(
      head.map(() => 0n),
      invert(head[c] ?? 0n),
      head,
    );
    work = work.with(pivot, work[c] ?? []).map((row, i) => (i === c ? unit : addScaled(row, R - (row[c] ?? 0n), unit)));
  }
  return work.map((row) => row.slice(m.length));
}

interface Parameters {
  readonly matrix: Matrix;
  /** Added before the S-boxes of the first four rounds and of the last four, what the partial rounds leave of theirs included. */
  readonly full: Matrix;
  /** Added to word 0 before the S-box of each partial round. */
  readonly partial: Vector;
  /** a, Q and its inverse. */
  readonly recurrence: Vector;
  readonly basis: Matrix;
  readonly basisInverse: Matrix;
}

/** Constants of words that meet no S-box go through the matrices into the next round, and at last into the first full one. */
function carried(matrix: Matrix, constants: Matrix): { partial: bigint[]; rest: bigint[] } {
  const partial: bigint[] = [];
  let rest: bigint[] = matrix.map(() => 0n);
  for (const round of constants) {
    const [head = 0n, ...others] = addScaled(round, 1n, rest);
    partial.push(head);
    rest = apply(matrix, [0n, ...others]);
  }
  return { partial, rest };
}

function parameters(width: number): Parameters {
  const { matrix, constants, partialRounds } = grainConstants(width);
  const v = matrix.map((row) => row[0] ?? 0n);
  const krylov: bigint[][] = [v];
  while (krylov.length <= width) krylov.push(apply(matrix, krylov.at(-1) ?? []));
  const coordinates = inverse(transpose(krylov.slice(0, width))); // of a vector, in M^0 v, M^1 v, ...
  const recurrence = apply(coordinates, krylov[width] ?? []).reverse();
  const columns = [v];
  for (let i = 0; i < width - 1; i++) columns.push(addScaled(apply(matrix, columns[i] ?? []), R - (recurrence[i] ?? 0n), v));
  const basisInverse: bigint[][] = [];
  for (let i = width - 1; i >= 0; i--) {
    const row = basisInverse.reduce<Vector>((sum, later, j) => addScaled(sum, recurrence[j] ?? 0n, later), coordinates[i] ?? []);
    basisInverse.unshift([...row]);
  }
  const { partial, rest } = carried(matrix, constants.slice(HALF, HALF + partialRounds));
  const [first = [], ...last] = constants.slice(HALF + partialRounds);
  const full = [...constants.slice(0, HALF), addScaled(first, 1n, rest), ...last];
  return { matrix, full, partial, recurrence, basis: transpose(columns), basisInverse };
}

function fifth(x: bigint): bigint {
  const square = (x * x) % R;
  return (((square * square) % R) * x) % R;
}
const sboxes = (state: Vector, constants: Vector): bigint[] => state.map((x, i) => fifth(x + (constants[i] ?? 0n)));

/** All partial rounds. */
function partialRounds(state: Vector, { partial, recurrence, basis, basisInverse }: Parameters): bigint[] {
  const width = state.length;
  const top = basis[0] ?? [];
  const w = apply(basisInverse, state).reverse(); // newest last
  for (const constant of partial) {
    const newest = w.length - 1;
    let x = 0n;
    let next = 0n;
    for (let i = 0; i < width; i++) {
      const old = w[newest - i] ?? 0n;
      x += (top[i] ?? 0n) * old;
      next += (recurrence[i] ?? 0n) * old;
    }
    x %= R;
    w.push((next + fifth(x + constant) + R - x) % R);
  }
  return apply(basis, w.slice(-width).reverse());
}

function hash(inputs: Vector, p: Parameters): bigint {
  let state: bigint[] = [0n, ...inputs];
  for (const constants of p.full.slice(0, HALF)) state = apply(p.matrix, sboxes(state, constants));
  state = partialRounds(state, p);
  const last = p.full.length - 1;
  for (const constants of p.full.slice(HALF, last)) state = apply(p.matrix, sboxes(state, constants));
  return dot(p.matrix[0] ?? [], sboxes(state, p.full[last] ?? []));
}

/**
 * The hash of `arity` words, 1 to 16, equal to circomlib's. Its constants are made at its first use, in a few milliseconds.
 * ASSUMES: words in [0, r).
 */
export function poseidonOf(arity: number): (inputs: readonly bigint[]) => bigint {
  let known: Parameters | undefined;
  return (inputs) => {
    known ??= parameters(arity + 1);
    return hash(inputs, known);
  };
}
