// Whether points are 1, x, x^2, ... times the generators for one and the same x, in both groups: each point on its own, then all steps at once by a random
// linear combination (with weights of 128 bits a wrong step passes with probability 2^-128), then the link between the groups.
import { randomBytes } from "node:crypto";
import { R } from "../../core/field.js";
import { P } from "../../core/pairing/encoding.js";
import { GENERATOR_G1, GENERATOR_G2 } from "../../core/pairing/generators.js";
import { FIELD_BYTES, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "../curve/group.js";
import { isInG2, type Point, PointCodec, put } from "../curve/points.js";
import { sumOfMultiples, sumOfPoints } from "../curve/sums.js";
import { backendOver, type FfBackend } from "../pairing/ffjavascript.js";
import type { Pause } from "./pause.js";

/** Points in a row from somewhere. */
export type ReadPoints = (from: number, count: number) => Promise<Uint8Array>;

/** A sequence to check. */
export interface PowersSource {
  readonly readG1: ReadPoints;
  readonly readG2: ReadPoints;
}

export interface PowersCheck {
  readonly countG1: number;
  readonly countG2: number;
  readonly pause: Pause;
  /** Told how many points have been looked at since the last call. */
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

const randomWeights = (n: number): bigint[] => {
  const bytes = randomBytes(n * WEIGHT_BYTES);
  return Array.from({ length: n }, (_, i) => BigInt(`0x${bytes.toString("hex", i * WEIGHT_BYTES, (i + 1) * WEIGHT_BYTES)}`));
};

const P_WORDS = Array.from({ length: 4 }, (_, i) => BigInt.asUintN(64, P >> BigInt(64 * i)));

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

/** The checks of a curve. */
export function powersChecker(curve: WasmCurve) {
  const backend: FfBackend = backendOver(curve);
  const codec = new PointCodec(curve);
  const groups = { g1m: groupOf(curve, "g1m"), g2m: groupOf(curve, "g2m") };
  const [g, h] = [codec.decodeG1(GENERATOR_G1), codec.decodeG2(GENERATOR_G2)];
  const minus = (point: Point): Point => backend.combineG1([[point, R - 1n]]);
  const cancel = (pairs: readonly (readonly [Point, Point])[]) => backend.equalGt(backend.pairingProduct(pairs), backend.pairingProduct([]));

  /** Why a point is none, if it is not. */
  const faultOf = (group: Group, address: number, bytes: Uint8Array): string | undefined => {
    if (!areCanonical(bytes)) return "has a coordinate that is not below p";
    if (group.op("isZeroAffine")(address)) return "is infinity";
    if (!group.op("inCurveAffine")(address)) return "is not on the curve";
    if (group.name === "g2m" && !isInG2(curve, group, address)) return "is not of order r";
    return undefined;
  };

  const checkPoints = async (group: Group, read: ReadPoints, count: number, check: PowersCheck): Promise<void> => {
    const bytes = group.affineBytes;
    for (let from = 0; from < count; from += CHUNK) {
      const points = await read(from, Math.min(CHUNK, count - from));
      for (let i = 0; i * bytes < points.length; i++) {
        const point = points.subarray(i * bytes, (i + 1) * bytes);
        const fault = curve.scoped(() => {
          const address = curve.alloc(bytes);
          put(curve, address, point);
          return faultOf(group, address, point);
        });
        if (fault !== undefined) throw check.refuse(`power ${from + i} in ${nameOf(group)} ${fault}`);
        await check.pause();
      }
      check.onPoints(points.length / bytes);
    }
  };

  /** Sums of the points from..to-1, and of each one's successor, with the same random weights. */
  const combine = async (group: Group, read: ReadPoints, from: number, to: number, pause: Pause): Promise<readonly [Point, Point]> => {
    const parts: (readonly [Point, Point])[] = [];
    for (let start = from; start < to; start += CHUNK) {
      const n = Math.min(CHUNK, to - start);
      const points = await read(start, n + 1);
      parts.push(
        curve.scoped(() => {
          const address = curve.alloc(points.length);
          put(curve, address, points);
          const weights = randomWeights(n);
          return [sumOfMultiples(curve, group, address, weights), sumOfMultiples(curve, group, address + group.affineBytes, weights)] as const;
        }),
      );
      await pause();
    }
    return [sumOfPoints(curve, group, parts.map(([low]) => low)), sumOfPoints(curve, group, parts.map(([, high]) => high))]; // biome-ignore format: one line
  };

  /** Whether each point from..to-1 times x is the next. */
  const isChain = async (group: Group, read: ReadPoints, second: SecondPowers, from: number, to: number, pause: Pause): Promise<boolean> => {
    const [low, high] = await combine(group, read, from, to, pause);
    return group.name === "g1m" ? cancel([[high, h], [minus(low), second.inG2]]) : cancel([[g, high], [minus(second.inG1), low]]); // biome-ignore format: one line
  };

  const checkChain = async (group: Group, read: ReadPoints, second: SecondPowers, count: number, check: PowersCheck): Promise<void> => {
    let [good, end] = [0, count - 1];
    if (await isChain(group, read, second, good, end, check.pause)) return;
    while (end - good > 1) {
      const middle = (good + end) >> 1;
      if (await isChain(group, read, second, good, middle, check.pause)) good = middle;
      else end = middle;
    }
    throw check.refuse(`power ${end} in ${nameOf(group)} is not the next one after power ${good}`);
  };

  const nameOf = (group: Group) => (group.name === "g1m" ? "G1" : "G2");

  /** Checks a sequence whole. @throws what `refuse` makes; INTERRUPTED */
  const checkPowers = async ({ readG1, readG2 }: PowersSource, check: PowersCheck): Promise<SecondPowers> => {
    const sameBytes = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
    if (!sameBytes(await readG1(0, 1), g)) throw check.refuse("power 0 in G1 is not the generator");
    if (!sameBytes(await readG2(0, 1), h)) throw check.refuse("power 0 in G2 is not the generator");
    await checkPoints(groups.g1m, readG1, check.countG1, check);
    await checkPoints(groups.g2m, readG2, check.countG2, check);
    const second = { inG1: new Uint8Array(await readG1(1, 1)), inG2: new Uint8Array(await readG2(1, 1)) };
    if (sameBytes(second.inG1.subarray(0, FIELD_BYTES), g.subarray(0, FIELD_BYTES))) throw check.refuse("its secret is 1 or -1: nobody has contributed");
    if (!cancel([[second.inG1, h], [minus(g), second.inG2]])) throw check.refuse("the powers in G1 and G2 are of different secrets"); // biome-ignore format: one line
    await checkChain(groups.g1m, readG1, second, check.countG1, check);
    await checkChain(groups.g2m, readG2, second, check.countG2, check);
    return second;
  };

  /** True when the secrets of two checked sequences multiply to 1 or -1. */
  const areInverse = (a: SecondPowers, b: SecondPowers): boolean =>
    cancel([[a.inG1, b.inG2], [g, h]]) || cancel([[a.inG1, b.inG2], [minus(g), h]]); // biome-ignore format: one line

  return { checkPowers, areInverse };
}
