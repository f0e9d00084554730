// The fields of a certificate by name, in their order on the wire.
import { fromLittleEndian, join, littleEndian } from "./bytes.js";

const SIZES = { scalar: 32, g1: 32, g2: 64, gt: 128 } as const;
export type Kind = keyof typeof SIZES;
export interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly offset: number;
  readonly length: number;
}
/** Bytes of each field by its name. */
export type Fields = Record<string, Uint8Array>;

export const HEADER = 8;
const CROSS = ["tAB", "uAB", "zAB", "tC", "uC"] as const;

/** Names of the fields of one halving. */
export const roundNames = (j: number): string[] => [
  ...["left", "right"].flatMap((side) => CROSS.map((name) => `round ${j} ${side} ${name}`)),
  `round ${j} left zC`,
  `round ${j} right zC`,
];

const kindOfRound = (name: string): Kind => (name.endsWith("zC") ? "g1" : "gt");

function namesAndKinds(rounds: number): (readonly [string, Kind])[] {
  const list = (kind: Kind, ...names: string[]) => names.map((name) => [name, kind] as const);
  return [
    ...list("g1", "states"),
    ...list("gt", "tAB", "uAB", "tC", "uC", "zAB"),
    ...list("g1", "zC"),
    ...Array.from({ length: rounds }, (_, j) => roundNames(j).map((name) => [name, kindOfRound(name)] as const)).flat(),
    ...[...list("g1", "a"), ...list("g2", "b"), ...list("g1", "c"), ...list("g2", "v1", "v2"), ...list("g1", "w1", "w2")],
    ...[...list("g2", "open v1", "open v2"), ...list("g1", "open w1", "open w2")],
    ...[...list("scalar", "evaluation"), ...list("g1", "open at zero", "open at t")],
  ];
}

/** All fields of a certificate with so many halvings. */
export function fieldsOf(rounds: number): readonly Field[] {
  let offset = HEADER;
  return namesAndKinds(rounds).map(([name, kind]) => {
    const field = { name, kind, offset, length: SIZES[kind] };
    offset += field.length;
    return field;
  });
}

/** k with 2^k the count rounded up, at least 1. */
export function halvings(count: number): number {
  let k = 1;
  while (2 ** k < count) k++;
  return k;
}

export function fieldOf(fields: Fields, name: string): Uint8Array {
  const bytes = fields[name];
  if (bytes === undefined) throw new RangeError(`no field ${name}`);
  return bytes;
}

export function write(count: number, fields: Fields): Uint8Array {
  const k = halvings(count);
  const header = join(Uint8Array.of(1, 1, k, 1), littleEndian(BigInt(count), 4));
  return join(header, ...fieldsOf(k).map(({ name }) => fieldOf(fields, name)));
}

/** Takes apart what `write` wrote; undefined for any other header or length. */
export function read(bytes: Uint8Array): { readonly count: number; readonly rounds: number; readonly fields: Fields } | undefined {
  const [version, mode, rounds = 0, columns] = bytes;
  const count = Number(fromLittleEndian(bytes.slice(4, HEADER)));
  if (bytes.length < HEADER || version !== 1 || mode !== 1 || columns !== 1 || count < 2 || halvings(count) !== rounds) return undefined;
  const list = fieldsOf(rounds);
  const length = list.reduce((n, field) => n + field.length, HEADER);
  if (bytes.length !== length) return undefined;
  const fields = Object.fromEntries(list.map(({ name, offset, length: n }) => [name, bytes.slice(offset, offset + n)]));
  return { count, rounds, fields };
}
