// Whether points are 1, x, x^2, ... times the generators for one and the same x, in both groups: each point on its own, then all steps at once by a random
// linear combination (with weights of 128 bits a wrong step passes with probability 2^-128), then the link between the groups.
import { randomBytes } from "node:crypto";
import { R } from "../../core/field.js";
import { P } from "../../core/pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2 } from "../../core/pairing/generators.js";
import { FIELD_BYTES, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "../curve/group.js";
import { put } from "../curve/memory.js";
import { isInG2, type Point } from "../curve/points.js";
import { sumOfMultiples, sumOfPoints } from "../curve/sums.js";
import { backendOver, type FfBackend } from "../pairing/ffjavascript.js";
import type { Pause } from "./pause.js";

/** Points in a row from somewhere. */
export type ReadPoints = (from: number, count: number) => Promise<Uint8Array>;

/** Powers to check, and what to do meanwhile. */
export interface PowersSource {
  readonly readG1: ReadPoints;
  readonly readG2: ReadPoints;
  readonly countG1: number;
  readonly countG2: number;
  readonly pause: Pause;
  /** Told how many more points have been looked at. */
  readonly onPoints: (count: number) => void;
  /** The error for what is wrong, in words. */
  readonly refuse: (why: string) => Error;
}

/** x times the generators. */
export interface SecondPowers {
  readonly inG1: Point;
  readonly inG2: Point;
}

const CHUNK = 1024;
const WEIGHT_BYTES = 16;
const P_WORDS = Array.from({ length: 4 }, (_, i) => BigInt.asUintN(64, P >> BigInt(64 * i)));

function randomWeights(n: number): bigint[] {
  const bytes = randomBytes(n * WEIGHT_BYTES);
  return Array.from({ length: n }, (_, i) => BigInt(`0x${bytes.toString("hex", i * WEIGHT_BYTES, (i + 1) * WEIGHT_BYTES)}`));
}

/** True for coordinates below p, so that a point has one form only. */
function areCanonical(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += FIELD_BYTES) {
    let word = 3;
    while (word > 0 && view.getBigUint64(at + 8 * word, true) === P_WORDS[word]) word--;
    if (view.getBigUint64(at + 8 * word, true) >= (P_WORDS[word] ?? 0n)) return false;
  }
  return true;
}

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const nameOf = (group: Group): string => (group.name === "g1m" ? "G1" : "G2");

export class PowersChecker {
  private readonly curve: WasmCurve;
  private readonly backend: FfBackend;
  private readonly g1: Group;
  private readonly g2: Group;
  private readonly g: Point;
  private readonly h: Point;

  constructor(curve: WasmCurve) {
    this.curve = curve;
    this.backend = backendOver(curve);
    this.g1 = groupOf(curve, "g1m");
    this.g2 = groupOf(curve, "g2m");
    this.g = this.backend.decodeG1(GENERATOR_G1);
    this.h = this.backend.decodeG2(GENERATOR_G2);
  }

  /** Checks powers whole. @throws what `refuse` makes; INTERRUPTED */
  async check(source: PowersSource): Promise<SecondPowers> {
    const { readG1, readG2, refuse } = source;
    if (!areEqual(await readG1(0, 1), this.g)) throw refuse("power 0 in G1 is not the generator");
    if (!areEqual(await readG2(0, 1), this.h)) throw refuse("power 0 in G2 is not the generator");
    await this.checkPoints(this.g1, readG1, source.countG1, source);
    await this.checkPoints(this.g2, readG2, source.countG2, source);
    const second = { inG1: await readG1(1, 1), inG2: await readG2(1, 1) };
    const xOf = (point: Point) => point.subarray(0, FIELD_BYTES);
    if (areEqual(xOf(second.inG1), xOf(this.g))) throw refuse("its secret is 1 or -1: nobody has contributed");
    if (!this.cancel(second.inG1, this.h, this.g, second.inG2)) throw refuse("the powers in G1 and G2 are of different secrets");
    await this.checkSteps(this.g1, readG1, source.countG1, second, source);
    await this.checkSteps(this.g2, readG2, source.countG2, second, source);
    return second;
  }

  /** True when the secrets of two checked sequences multiply to 1 or -1. */
  areInverse(a: SecondPowers, b: SecondPowers): boolean {
    return this.cancel(a.inG1, b.inG2, this.g, this.h) || this.cancel(a.inG1, b.inG2, this.minus(this.g), this.h);
  }

  private minus(point: Point): Point {
    return this.backend.combineG1([[point, R - 1n]]);
  }

  /** Whether e(p, q) = e(r, s). */
  private cancel(p: Point, q: Point, r: Point, s: Point): boolean {
    const quotient = this.backend.pairingProduct([[p, q], [this.minus(r), s]]); // biome-ignore format: one line
    return this.backend.equalGt(quotient, this.backend.pairingProduct([]));
  }

  private async checkPoints(group: Group, read: ReadPoints, count: number, { pause, onPoints, refuse }: PowersSource): Promise<void> {
    const bytes = group.affineBytes;
    for (let from = 0; from < count; from += CHUNK) {
      const points = await read(from, Math.min(CHUNK, count - from));
      for (let i = 0; i * bytes < points.length; i++) {
        const fault = this.faultOf(group, points.subarray(i * bytes, (i + 1) * bytes));
        if (fault !== undefined) throw refuse(`power ${from + i} in ${nameOf(group)} ${fault}`);
        await pause();
      }
      onPoints(points.length / bytes);
    }
  }

  /** Why bytes are no point of the group, if they are not. */
  private faultOf(group: Group, point: Uint8Array): string | undefined {
    if (!areCanonical(point)) return "has a coordinate that is not below p";
    return this.curve.scoped(() => {
      const address = this.curve.alloc(group.affineBytes);
      put(this.curve, address, point);
      if (group.op("isZeroAffine")(address)) return "is infinity";
      if (!group.op("inCurveAffine")(address)) return "is not on the curve";
      // each on its own: the twist has points of small order, which a random combination may miss
      if (group.name === "g2m" && !isInG2(this.curve, group, address)) return "is not of order r";
      return undefined;
    });
  }

  /** Finds, by halving, the first power that is not the one before it times x. */
  private async checkSteps(
    group: Group,
    read: ReadPoints,
    count: number,
    second: SecondPowers,
    { pause, refuse }: PowersSource,
  ): Promise<void> {
    let [good, end] = [0, count - 1];
    if (await this.areSteps(group, read, second, [good, end], pause)) return;
    while (end - good > 1) {
      const middle = (good + end) >> 1;
      if (await this.areSteps(group, read, second, [good, middle], pause)) good = middle;
      else end = middle;
    }
    throw refuse(`power ${end} in ${nameOf(group)} is not power ${good} times the secret`);
  }

  /** Whether each of the powers from..to-1 times x is the next. */
  private async areSteps(
    group: Group,
    read: ReadPoints,
    second: SecondPowers,
    [from, to]: readonly [number, number],
    pause: Pause,
  ): Promise<boolean> {
    const [low, high] = await this.combine(group, read, from, to, pause);
    return group.name === "g1m" ? this.cancel(high, this.h, low, second.inG2) : this.cancel(this.g, high, second.inG1, low);
  }

  /** Sums of the powers from..to-1, and of each one's successor, with the same random weights. */
  private async combine(group: Group, read: ReadPoints, from: number, to: number, pause: Pause): Promise<readonly [Point, Point]> {
    const [lows, highs]: [Point[], Point[]] = [[], []];
    for (let start = from; start < to; start += CHUNK) {
      const weights = randomWeights(Math.min(CHUNK, to - start));
      const points = await read(start, weights.length + 1);
      this.curve.scoped(() => {
        const address = this.curve.alloc(points.length);
        put(this.curve, address, points);
        lows.push(sumOfMultiples(this.curve, group, address, weights));
        highs.push(sumOfMultiples(this.curve, group, address + group.affineBytes, weights));
      });
      await pause();
    }
    return [sumOfPoints(this.curve, group, lows), sumOfPoints(this.curve, group, highs)];
  }
}
