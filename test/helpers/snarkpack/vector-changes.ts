// Changes to valid certificates, field by field: another value, another sign, infinity, numbers above their modulus, points where they may not be.
import { bn254 } from "@noble/curves/bn254.js";
import { littleEndian, readG2, writeG2 } from "./bytes.js";
import { type G2, R } from "./groups.js";
import { type Field, fieldsOf } from "./layout.js";
import type { Change } from "./vector-files.js";

const { Fp, Fp2 } = bn254.fields;
const P = Fp.ORDER;
type Edit = Omit<Change, "verdict">;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Primes of the order of the twist besides r: (2 p - r) is their product. */
export const SMALL_ORDERS = [10_069n, 5_864_401n, 1_875_725_156_269n] as const;

/** A point of the twist of this prime order. */
export function pointOfOrder(order: bigint): G2 {
  const cofactor = (2n * P - R) / order;
  for (let i = 1n; ; i++) {
    const x = Fp2.fromBigTuple([i, 1n]);
    const y2 = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n])));
    if (!Fp2.eql(Fp2.pow(y2, (P * P - 1n) / 2n), Fp2.ONE)) continue;
    const point = multiple(multiple(bn254.G2.Point.fromAffine({ x, y: Fp2.sqrt(y2) }), R), cofactor);
    if (!point.is0()) return point;
  }
}

/** scalar * point by doubling, for scalars above r too. */
function multiple(point: G2, scalar: bigint): G2 {
  return [...scalar.toString(2)].reduce((sum, bit) => (bit === "1" ? sum.double().add(point) : sum.double()), bn254.G2.Point.ZERO);
}

const infinity = (length: number): string => "00".repeat(length);

function editsOf(of: string, { name, kind, offset, length }: Field): Edit[] {
  const edit = (what: string, by: Omit<Edit, "name" | "of" | "offset">, from = offset): Edit => ({
    name: `${name}: ${what}`,
    of,
    offset: from,
    ...by,
  });
  const common = [
    edit("lowest bit", { xor: "01" }),
    edit("zero", { put: infinity(length) }),
    edit("modulus", { put: hex(littleEndian(kind === "scalar" ? R : P)) }),
    edit("all ones", { put: "ff".repeat(length) }),
  ];
  if (kind === "scalar") return common;
  if (kind === "gt") return [...common, edit("c1 is zero", { put: infinity(64) }), edit("highest bit", { xor: "80" }, offset + length - 1)];
  return [...common, edit("sign", { xor: "80" }, offset + length - 1), edit("infinity with a sign", { put: `${infinity(length - 1)}80` })];
}

/** B replaced by B and a point of small order, and points that no curve has. */
function strayPoints(of: string, certificate: Uint8Array, b: number, a: number): Edit[] {
  const point = readG2(certificate.slice(b, b + 64));
  const small = SMALL_ORDERS.map((order) => ({
    name: `B and a point of order ${order}`,
    of,
    offset: b,
    put: hex(writeG2(point.add(pointOfOrder(order)))),
  }));
  const nowhere = { name: "A: x of no point", of, offset: a, put: hex(littleEndian(4n)) };
  const nowhereB = { name: "B: x of no point", of, offset: b, put: hex(littleEndian(2n, 64)) };
  return [...small, nowhere, nowhereB];
}

const lengths = (of: string, length: number, ...kept: readonly number[]): Edit[] => [
  ...kept.map((offset): Edit => ({ name: `cut to ${offset} bytes`, of, offset, cut: true })),
  { name: "a byte more", of, offset: length, put: "00" },
];

const HEADERS = [
  ["another version", 0, "02"],
  ["another mode", 1, "00"],
  ["no halvings", 2, "00"],
  ["a halving more", 2, "02"],
  ["no columns", 3, "00"],
  ["two columns", 3, "02"],
  ["no proofs", 4, "00000000"],
  ["1 proof", 4, "01000000"],
  ["3 proofs", 4, "03000000"],
  ["2^32 - 1 proofs", 4, "ffffffff"],
] as const;

/** Both sides of the first halving exchanged. */
function exchanged(of: string, certificate: Uint8Array): Edit {
  const side = 5 * 128;
  const at = fieldsOf(1).find(({ name }) => name === "round 0 left tAB")?.offset ?? 0;
  const [left, right] = [certificate.slice(at, at + side), certificate.slice(at + side, at + 2 * side)];
  return { name: "sides exchanged", of, offset: at, put: hex(right) + hex(left) };
}

const PROOF: readonly Field[] = [
  { name: "A", kind: "g1", offset: 0, length: 32 },
  { name: "B", kind: "g2", offset: 32, length: 64 },
  { name: "C", kind: "g1", offset: 96, length: 32 },
];

/** All changes, to the valid certificates of one, two and three proofs. */
export function editsOfAll(certificates: { readonly one: Uint8Array; readonly two: Uint8Array }): Edit[] {
  const { one, two } = certificates;
  const at = (name: string) => fieldsOf(1).find((field) => field.name === name)?.offset ?? 0;
  return [
    ...HEADERS.map(([name, offset, put]): Edit => ({ name, of: "2 proofs", offset, put })),
    { name: "4 proofs", of: "3 proofs", offset: 4, put: "04000000" },
    ...fieldsOf(1).flatMap((field) => editsOf("2 proofs", field)),
    ...strayPoints("2 proofs", two, at("b"), at("a")),
    exchanged("2 proofs", two),
    ...lengths("2 proofs", two.length, 0, 7, 8, 128, two.length - 1),
    ...PROOF.flatMap((field) => editsOf("1 proof", field)),
    ...strayPoints("1 proof", one, 32, 0),
    ...lengths("1 proof", one.length, 0, 32, 127),
  ];
}
