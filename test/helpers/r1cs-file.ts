// R1CS files from plain data, good or bad, in iden3's binary format, version 1.
import { R } from "../../core/field.js";
import { toLittleEndian } from "../../prover/keys/wasm-curve.js";

/** A wire and its factor. */
export type Term = readonly [wire: number, factor: bigint];
/** The rows of A, B and C. */
export type Constraint = readonly [a: readonly Term[], b: readonly Term[], c: readonly Term[]];

export interface R1csParts {
  readonly nWires: number;
  readonly nPubOut: number;
  readonly nPubIn: number;
  readonly constraints: readonly Constraint[];
}

export const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
};
const u64 = (value: number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
};

/** Sections in a file. */
export function container(sections: readonly (readonly [type: number, bytes: Buffer])[]): Buffer {
  const parts = sections.flatMap(([type, bytes]) => [u32(type), u64(bytes.length), bytes]);
  return Buffer.concat([Buffer.from("r1cs"), u32(1), u32(sections.length), ...parts]);
}

const row = (terms: readonly Term[]): Buffer[] => [
  u32(terms.length),
  ...terms.flatMap(([wire, factor]) => [u32(wire), Buffer.from(toLittleEndian(factor))]),
];

/** The three sections: header, constraints, labels. */
export function sectionsOf({ nWires, nPubOut, nPubIn, constraints }: R1csParts): [number, Buffer][] {
  const counts = [nWires, nPubOut, nPubIn, nWires - nPubOut - nPubIn - 1].map(u32);
  const header = Buffer.concat([u32(32), Buffer.from(toLittleEndian(R)), ...counts, u64(nWires), u32(constraints.length)]);
  const labels = Buffer.concat(Array.from({ length: nWires }, (_, i) => u64(i)));
  return [
    [2, Buffer.concat(constraints.flatMap((rows) => rows.flatMap(row)))],
    [1, header],
    [3, labels],
  ];
}

export const r1csFile = (parts: R1csParts): Buffer => container(sectionsOf(parts));
