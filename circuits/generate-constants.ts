// Writes the constant files of circuits/lib. Run: npx tsx circuits/generate-constants.ts
//
// Poseidon: round constants and the Cauchy matrix come from the Grain generator of the Poseidon paper (eprint 2019/458, appendix E),
// with the round numbers of its table for x^5 over the BN254 scalar field; the sparse form of the partial rounds is derived here (appendix B).
// Baby Jubjub (EIP-2494): the table of multiples of the base point, in Montgomery coordinates.
// Nothing is copied from another circuit library; tests compare the results with poseidon-lite, circomlibjs and noble-curves.
import { writeFileSync } from "node:fs";
import { Field } from "@noble/curves/abstract/modular.js";
import { grainGenConstants } from "@noble/curves/abstract/poseidon.js";
import { babyjubjub } from "@noble/curves/misc.js";

const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const Fr = Field(R);

type Vector = bigint[];
type Matrix = Vector[];

const at = <T>(list: readonly T[], i: number): T => {
  const value = list[i];
  if (value === undefined) throw new RangeError(`index ${i} of ${list.length}`);
  return value;
};
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const dot = (a: Vector, b: Vector): bigint => a.reduce((sum, x, i) => Fr.add(sum, Fr.mul(x, at(b, i))), 0n);
export const apply = (m: Matrix, v: Vector): Vector => m.map((row) => dot(row, v));
const transpose = (m: Matrix): Matrix => range(at(m, 0).length).map((j) => m.map((row) => at(row, j)));
const multiply = (a: Matrix, b: Matrix): Matrix => {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
};

/** Gauss-Jordan. Throws when the matrix is singular: the hints of the circuit are unique only for invertible ones. */
function inverse(m: Matrix): Matrix {
  const n = m.length;
  const work = m.map((row, i) => [...row, ...range(n).map((j) => (i === j ? 1n : 0n))]);
  for (let c = 0; c < n; c++) {
    const pivot = work.findIndex((row, i) => i >= c && at(row, c) !== 0n);
    if (pivot < 0) throw new Error("singular matrix");
    const head = at(work, pivot);
    work[pivot] = at(work, c);
    const scale = Fr.inv(at(head, c));
    const unit = head.map((x) => Fr.mul(x, scale));
    work[c] = unit;
    for (let i = 0; i < n; i++) {
      const row = at(work, i);
      const factor = at(row, c);
      if (i !== c && factor !== 0n) work[i] = row.map((x, j) => Fr.sub(x, Fr.mul(factor, at(unit, j))));
    }
  }
  return work.map((row) => row.slice(n));
}

/** Partial rounds of width t = 2..17 for 128-bit security, x^5, 254-bit field; there are always 8 full rounds. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

export interface PoseidonParameters {
  readonly partialRounds: number;
  /** Added to the inputs before the first S-boxes. */
  readonly first: Vector;
  /** [k][i] is added to S-box output i of a full round before its matrix; k = 0..2 rounds 0..2, 3 round 3, 4..6 the rounds 4..6 from the end. */
  readonly full: Matrix;
  readonly mix: Matrix;
  readonly mixInverse: Matrix;
  /** The matrix of full round 3, joined with the dense part of all partial rounds. */
  readonly entry: Matrix;
  readonly entryInverse: Matrix;
  /** Row 0 and column 0 of the sparse matrix of each partial round, without their common corner mix[0][0]. */
  readonly sparseRow: Matrix;
  readonly sparseColumn: Matrix;
  /** Added to word 0 after each partial round. */
  readonly partial: Vector;
  /** Added to words 1.. after the last partial round. */
  readonly exit: Vector;
}

/**
 * Splits the partial rounds into sparse matrices. With M = [[a, v], [w, B]] and D = diag(1, B): M = [[a, v B^-1], [w, I]] * D, and D, which leaves
 * word 0 alone, commutes with the S-box before it; so D moves into the matrix of the round before, down to the last full round.
 */
function sparseRounds(mix: Matrix, rounds: number): { entry: Matrix; sparseRow: Matrix; sparseColumn: Matrix } {
  const t = mix.length;
  const sparseRow: Matrix = [];
  const sparseColumn: Matrix = [];
  let layer = mix;
  for (let r = 0; r < rounds; r++) {
    const block = layer.slice(1).map((row) => row.slice(1));
    sparseRow.unshift(apply(transpose(inverse(block)), at(layer, 0).slice(1)));
    sparseColumn.unshift(layer.slice(1).map((row) => at(row, 0)));
    const dense = range(t).map((i) => range(t).map((j) => (i === 0 || j === 0 ? (i === j ? 1n : 0n) : at(at(block, i - 1), j - 1))));
    layer = multiply(dense, mix);
  }
  return { entry: layer, sparseRow, sparseColumn };
}

/** Parameters of the permutation of width t, t = 2..17, in the form the circuit uses. */
export function poseidonParameters(t: number): PoseidonParameters {
  const partialRounds = at(PARTIAL_ROUNDS, t - 2);
  const { mds: mix, roundConstants } = grainGenConstants({ Fp: Fr, t, roundsFull: 8, roundsPartial: partialRounds, sboxPower: 5 });
  const mixInverse = inverse(mix);
  const { entry, sparseRow, sparseColumn } = sparseRounds(mix, partialRounds);
  const entryInverse = inverse(entry);
  // Constants of words 1.. in the partial rounds pass the S-box unchanged: carry them through the matrix into the next round.
  const partialZero: Vector = [];
  let carry: Vector = range(t).map(() => 0n);
  for (let r = 0; r < partialRounds; r++) {
    const sum = carry.map((x, i) => Fr.add(x, at(at(roundConstants, 4 + r), i)));
    partialZero.push(at(sum, 0));
    carry = apply(mix, [0n, ...sum.slice(1)]);
  }
  const afterPartial = carry.map((x, i) => Fr.add(x, at(at(roundConstants, 4 + partialRounds), i)));
  const before = (r: number) => apply(mixInverse, at(roundConstants, r));
  const full = [before(1), before(2), before(3), apply(entryInverse, [at(partialZero, 0), ...range(t - 1).map(() => 0n)])];
  for (let r = 5; r < 8; r++) full.push(before(partialRounds + r));
  return {
    partialRounds,
    first: at(roundConstants, 0),
    full,
    mix,
    mixInverse,
    entry,
    entryInverse,
    sparseRow,
    sparseColumn,
    partial: [...partialZero.slice(1), at(afterPartial, 0)],
    exit: afterPartial.slice(1),
  };
}

/** The hash in the sparse form, to check the parameters against other implementations before circom sees them. */
export function poseidonSparse(inputs: Vector): bigint {
  const p = poseidonParameters(inputs.length + 1);
  const power = (x: bigint) => Fr.pow(x, 5n);
  const fullRound = (state: Vector, k: number, m: Matrix) =>
    apply(
      m,
      state.map((x, i) => Fr.add(power(x), at(at(p.full, k), i))),
    );
  let s = [0n, ...inputs].map((x, i) => Fr.add(x, at(p.first, i)));
  for (let k = 0; k < 4; k++) s = fullRound(s, k, k < 3 ? p.mix : p.entry);
  for (let r = 0; r < p.partialRounds; r++) {
    const [head = 0n, ...rest] = s;
    const y = power(head);
    const word0 = Fr.add(Fr.add(Fr.mul(at(at(p.mix, 0), 0), y), dot(at(p.sparseRow, r), rest)), at(p.partial, r));
    s = [word0, ...rest.map((x, i) => Fr.add(x, Fr.mul(at(at(p.sparseColumn, r), i), y)))];
  }
  s = s.map((x, i) => (i === 0 ? x : Fr.add(x, at(p.exit, i - 1))));
  for (let k = 4; k < 7; k++) s = fullRound(s, k, p.mix);
  return dot(at(p.mix, 0), s.map(power));
}

const hex = (x: bigint) => `0x${x.toString(16)}`;
const literal = (x: bigint | Vector | Matrix | Matrix[]): string =>
  typeof x === "bigint" ? hex(x) : `[${x.map((y) => literal(y)).join(",")}]`;
const HEADER = ["// Generated by circuits/generate-constants.ts; do not edit.", "pragma circom 2.2.0;", ""];

const WIDTHS = range(15).map((i) => i + 3);

function poseidonFile(): string {
  const all = WIDTHS.map(poseidonParameters);
  const table = (name: string, pick: (p: PoseidonParameters) => bigint | Vector | Matrix) => [
    `function POSEIDON_${name}(t) {`,
    ...all.slice(0, -1).map((p, i) => `  ${i === 0 ? "" : "else "}if (t == ${i + 3}) { return ${literal(pick(p))}; }`),
    `  else { return ${literal(pick(at(all, all.length - 1)))}; }`,
    "}",
  ];
  return [
    ...HEADER,
    ...table("PARTIAL_ROUNDS", (p) => BigInt(p.partialRounds)),
    ...table("FIRST", (p) => p.first),
    ...table("FULL", (p) => p.full),
    ...table("MIX", (p) => p.mix),
    ...table("MIX_INVERSE", (p) => p.mixInverse),
    ...table("ENTRY", (p) => p.entry),
    ...table("ENTRY_INVERSE", (p) => p.entryInverse),
    ...table("SPARSE_ROW", (p) => p.sparseRow),
    ...table("SPARSE_COLUMN", (p) => p.sparseColumn),
    ...table("PARTIAL", (p) => p.partial),
    ...table("EXIT", (p) => p.exit),
    ...table("CORNER_INVERSE", (p) => Fr.inv(at(at(p.mix, 0), 0))),
    "",
  ].join("\n");
}

/** Order of the prime subgroup of Baby Jubjub, and its generator (EIP-2494). */
const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
const BASE8 = babyjubjub.Point.fromAffine({
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
});
type Point = typeof BASE8;

const edwards = (p: Point): Vector => [p.toAffine().x, p.toAffine().y];
/** (u, v) with v^2 = u^3 + 168698 u^2 + u: u = (1 + y)/(1 - y), v = u/x. Not defined for x = 0. */
const montgomery = (p: Point): Vector => {
  const { x, y } = p.toAffine();
  const u = Fr.div(Fr.add(1n, y), Fr.sub(1n, y));
  return [u, Fr.div(u, x)];
};

/** Window w = 0..82, entry i = 0..7: (2i - 7) * 8^w * (B8 / 2), the half taken in the subgroup. */
function windowTable(): Matrix[] {
  const half = BASE8.multiply((ORDER + 1n) / 2n);
  return range(83).map((w) => {
    const unit = half.multiply(8n ** BigInt(w));
    return range(8).map((i) => montgomery(i < 4 ? unit.multiply(BigInt(7 - 2 * i)).negate() : unit.multiply(BigInt(2 * i - 7))));
  });
}

/** Entry c = 0..3: (2^249 - 1)/2 * B8 + c * 2^249 * B8, Edwards coordinates. The windows sum to S mod 2^249 minus (2^249 - 1)/2. */
function topTable(): Matrix {
  const offset = BASE8.multiply(((2n ** 249n - 1n + ORDER) / 2n) % ORDER);
  return range(4).map((c) => edwards(c === 0 ? offset : offset.add(BASE8.multiply((BigInt(c) * 2n ** 249n) % ORDER))));
}

/** The challenge h enters as n = h + CHALLENGE_OFFSET; see circuits/lib/eddsa.circom. */
const CHALLENGE_OFFSET = 11n * ORDER - 2n ** 254n;
const digits254 = (x: bigint): Vector => range(254).map((i) => (x >> BigInt(i)) & 1n);
/** Bit arrays for CompareBits: both bounds exceed the field order. */
const CHALLENGE_MAX = CHALLENGE_OFFSET + R - 1n;
const CHALLENGE_MIN_COMPLEMENT = 2n ** 254n - 1n - CHALLENGE_OFFSET;

function babyJubJubFile(): string {
  return [
    ...HEADER,
    `function BABY_JUBJUB_ORDER() { return ${hex(ORDER)}; }`,
    "// 11 * order - 2^254, and the bounds of h + that for 0 <= h < r as digits",
    `function CHALLENGE_OFFSET() { return ${hex(CHALLENGE_OFFSET)}; }`,
    `function CHALLENGE_MAX() { return ${literal(digits254(CHALLENGE_MAX))}; }`,
    `function CHALLENGE_MIN_COMPLEMENT() { return ${literal(digits254(CHALLENGE_MIN_COMPLEMENT))}; }`,
    "// [w][i]: Montgomery coordinates of (2i - 7) * 8^w * B8/2",
    `function BASE8_WINDOWS() { return ${literal(windowTable())}; }`,
    "// [c]: Edwards coordinates of (2^249 - 1)/2 * B8 + c * 2^249 * B8",
    `function BASE8_TOP() { return ${literal(topTable())}; }`,
    "",
  ].join("\n");
}

function emptyOrdersFile(): string {
  const zeros = range(8).map(() => 0n);
  const group = poseidonSparse(zeros);
  return [
    ...HEADER,
    "// ordersRoot of an account without orders: Poseidon(8) over eight times Poseidon(8) of eight zero lanes.",
    `function EMPTY_ORDERS_ROOT() { return ${hex(poseidonSparse(zeros.map(() => group)))}; }`,
    "",
  ].join("\n");
}

/** Contents of the generated files, by path inside circuits/lib. */
export const generatedFiles = (): Record<string, string> => ({
  "poseidon-constants.circom": poseidonFile(),
  "baby-jubjub-constants.circom": babyJubJubFile(),
  "order-lanes-constants.circom": emptyOrdersFile(),
});

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of Object.entries(generatedFiles())) writeFileSync(new URL(`lib/${name}`, import.meta.url), text);
}
