// A slice of the inner product argument: every stride-th entry of all vectors, and what the prover does to them (docs/aggregation.md has the argument).
//
// A slice holds entries c, c + P, c + 2 P, ... of vectors of length n. Entries i and i + n/2 are then in the same slice as long as n/2 >= P, so that a
// halving needs nothing from the other slices but their shares of its products.
import { R } from "../../core/field.js";
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import { AffineSteps } from "../curve/affine.js";
import type { Group, GroupName } from "../curve/group.js";
import { GtGroup } from "../curve/gt.js";
import { PointMultiplier } from "../curve/multiply.js";
import type { Point } from "../curve/points.js";
import { sumOfMultiples } from "../curve/sums.js";
import { type InnerProduct, PairingSums } from "./pairing-sums.js";
import type { Pause } from "./pause.js";
import { IN_G1, IN_G2, type NameG1, type NameG2, type VectorBytes, VectorMemory, type VectorName } from "./vectors.js";

/** Products of Miller loops: the final exponentiation comes when the slices' shares are multiplied. */
export interface Commitments {
  readonly tAB: Uint8Array;
  readonly uAB: Uint8Array;
  readonly tC: Uint8Array;
  readonly uC: Uint8Array;
}

export interface CrossProducts extends Commitments {
  readonly zAB: Uint8Array;
}

/** A share of one halving's message. */
export interface Halving {
  readonly left: CrossProducts;
  readonly right: CrossProducts;
  readonly zCLeft: Point;
  readonly zCRight: Point;
}

/** All that a slice holds. */
export interface SliceState {
  readonly vectors: VectorBytes;
  /** Powers of t by which the proofs are combined, folded as the vectors are; empty before t is known. */
  readonly rho: readonly bigint[];
}

type Sides = Omit<InnerProduct, "left" | "right">;
type Meeting = readonly [NameG1, NameG2];

/** Which vectors meet in which product: with the keys of G2, and with B. */
const WITH_KEYS: Readonly<Record<keyof Commitments, Meeting>> = { tAB: ["a", "v1"], uAB: ["a", "v2"], tC: ["c", "v1"], uC: ["c", "v2"] };
const WITH_PROOFS = { tAB: ["w1", "b"], uAB: ["w2", "b"], zAB: ["a", "b"] } as const satisfies Record<string, Meeting>;

const inner = ([left, right]: Meeting, sides: Sides): InnerProduct => ({ left, right, ...sides });

export class Slice {
  private readonly curve: WasmCurve;
  private readonly pause: Pause;
  private readonly vectors: VectorMemory;
  private readonly sums: PairingSums;
  private readonly gt: GtGroup;
  private readonly multipliers: Readonly<Record<GroupName, PointMultiplier>>;
  private readonly steps: Readonly<Record<GroupName, AffineSteps>>;
  private rho: readonly bigint[];
  /** The first halving meets the same keys as the commitments: their lines are made once for both. */
  private early: readonly [Commitments, Commitments] | undefined;

  /** @param curve used by nobody else meanwhile, and let go with the slice */
  constructor(curve: WasmCurve, { vectors, rho }: SliceState, pause: Pause) {
    this.curve = curve;
    this.pause = pause;
    this.vectors = new VectorMemory(curve, vectors);
    this.sums = new PairingSums(curve, this.vectors, pause);
    this.gt = new GtGroup(curve);
    const { g1, g2 } = this.vectors;
    this.multipliers = { g1m: new PointMultiplier(curve, g1), g2m: new PointMultiplier(curve, g2) };
    this.steps = { g1m: new AffineSteps(curve, g1), g2m: new AffineSteps(curve, g2) };
    this.rho = rho;
  }

  /** Commitments to A, B and C, and what of the first halving they have in common. */
  async commit(): Promise<Commitments> {
    const whole = { leftFrom: 0, rightFrom: 0, count: this.vectors.length };
    const lists = [
      [inner(WITH_KEYS.tAB, whole), inner(WITH_PROOFS.tAB, whole)],
      [inner(WITH_KEYS.uAB, whole), inner(WITH_PROOFS.uAB, whole)],
      [inner(WITH_KEYS.tC, whole)],
      [inner(WITH_KEYS.uC, whole)],
    ];
    const ahead = this.vectors.length > 1 ? this.sides().flatMap((sides) => this.withKeys(sides)) : [];
    const products = await this.sums.multiply([...lists, ...ahead]);
    if (ahead.length > 0) this.early = [commitmentsAt(products, 4), commitmentsAt(products, 8)];
    return commitmentsAt(products, 0);
  }

  /** Multiplies B by the powers of t and the keys w by their inverses. @returns the share of Z_C */
  async rescale(powers: readonly bigint[], inverses: readonly bigint[]): Promise<Point> {
    this.rho = powers;
    await this.drain(this.multipliers.g2m.multiply(this.vectors.addresses("b"), powers));
    const keys = [...this.vectors.addresses("w1"), ...this.vectors.addresses("w2")];
    await this.drain(this.multipliers.g1m.multiply(keys, [...inverses, ...inverses]));
    return this.sumOfC(0, powers);
  }

  /** The share of a halving's message. */
  async halve(): Promise<Halving> {
    const [leftSides, rightSides] = this.sides();
    const [left, right] = this.early === undefined ? await this.allProducts(leftSides, rightSides) : await this.lateProducts(this.early);
    this.early = undefined;
    const half = this.vectors.length / 2;
    return { left, right, zCLeft: this.sumOfC(half, this.rho.slice(0, half)), zCRight: this.sumOfC(0, this.rho.slice(half)) };
  }

  /** Folds the right half onto the left: vectors of G1 by x, those of G2 and rho by its inverse. */
  async fold(x: bigint, inverse: bigint): Promise<void> {
    await this.foldAll(this.vectors.g1, IN_G1, x);
    await this.foldAll(this.vectors.g2, IN_G2, inverse);
    const half = this.vectors.length / 2;
    this.rho = this.rho.slice(0, half).map((left, i) => (left + inverse * (this.rho[half + i] ?? 0n)) % R);
    this.vectors.length = half;
  }

  state(): SliceState {
    return { vectors: this.vectors.bytes(), rho: this.rho };
  }

  /** Right half with left, and left with right. */
  private sides(): readonly [Sides, Sides] {
    const count = this.vectors.length / 2;
    return [{ leftFrom: count, rightFrom: 0, count }, { leftFrom: 0, rightFrom: count, count }]; // biome-ignore format: one line
  }

  private withKeys(sides: Sides): InnerProduct[][] {
    const { tAB, uAB, tC, uC } = WITH_KEYS;
    return [[inner(tAB, sides)], [inner(uAB, sides)], [inner(tC, sides)], [inner(uC, sides)]];
  }

  private withProofs(sides: Sides): InnerProduct[][] {
    const { tAB, uAB, zAB } = WITH_PROOFS;
    return [[inner(tAB, sides)], [inner(uAB, sides)], [inner(zAB, sides)]];
  }

  private async allProducts(...both: readonly [Sides, Sides]): Promise<readonly [CrossProducts, CrossProducts]> {
    const lists = both.flatMap((sides) => {
      const [tKeys = [], uKeys = [], tC = [], uC = []] = this.withKeys(sides);
      const [tProofs = [], uProofs = [], zAB = []] = this.withProofs(sides);
      return [[...tKeys, ...tProofs], [...uKeys, ...uProofs], tC, uC, zAB];
    });
    const products = await this.sums.multiply(lists);
    const at = (from: number) => ({ ...commitmentsAt(products, from), zAB: products[from + 4] ?? this.gt.one });
    return [at(0), at(5)];
  }

  /** The first halving, of which the products with keys are known. */
  private async lateProducts([left, right]: readonly [Commitments, Commitments]): Promise<readonly [CrossProducts, CrossProducts]> {
    const products = await this.sums.multiply(this.sides().flatMap((sides) => this.withProofs(sides)));
    const join = (known: Commitments, from: number): CrossProducts => {
      const [tAB = this.gt.one, uAB = this.gt.one, zAB = this.gt.one] = products.slice(from);
      return { ...known, tAB: this.gt.multiply([known.tAB, tAB]), uAB: this.gt.multiply([known.uAB, uAB]), zAB };
    };
    return [join(left, 0), join(right, 3)];
  }

  private sumOfC(from: number, scalars: readonly bigint[]): Point {
    const [first = 0] = this.vectors.addresses("c", from);
    return sumOfMultiples(this.curve, this.vectors.g1, first, scalars);
  }

  private async foldAll(group: Group, names: readonly VectorName[], factor: bigint): Promise<void> {
    const half = this.vectors.length / 2;
    const pairs = names.flatMap((name) => {
      const rights = this.vectors.addresses(name, half);
      return this.vectors.addresses(name, 0, half).map((left, i) => ({ name, left, right: rights[i] ?? left }));
    });
    const withRight = pairs.filter(({ name, right }) => !this.vectors.isInfinity(name, right));
    await this.drain(this.multipliers[group.name].multiply(withRight.map(({ right }) => right), [factor])); // biome-ignore format: one line
    const isAlone = ({ name, left }: (typeof withRight)[number]) => this.vectors.isInfinity(name, left);
    const [alone, sums] = [withRight.filter(isAlone), withRight.filter((pair) => !isAlone(pair))];
    for (const { left, right } of alone) group.op("copyAffine")(right, left);
    this.addAll(group, sums);
  }

  private addAll(group: Group, sums: readonly { readonly left: number; readonly right: number }[]): void {
    const steps = this.steps[group.name];
    const [lefts, rights] = [sums.map(({ left }) => left), sums.map(({ right }) => right)];
    this.curve.scoped(() => steps.add(lefts, rights, this.curve.alloc(sums.length * steps.lineBytes)));
  }

  private async drain(work: Generator<void, void>): Promise<void> {
    for (const _ of work) await this.pause();
  }
}

function commitmentsAt(products: readonly Uint8Array[], from: number): Commitments {
  const [tAB, uAB, tC, uC] = products.slice(from);
  if (tAB === undefined || uAB === undefined || tC === undefined || uC === undefined) throw new Error("a product is missing");
  return { tAB, uAB, tC, uC };
}
