// The pairing backend on ffjavascript's wasm module. GPL-3: it proves, and serves to check the others; browsers never load it.
import type { PairingBackend } from "../../core/pairing/backend.js";
import { openCurve, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "../curve/group.js";
import { type GtElement, GtGroup } from "../curve/gt.js";
import { put, row, take } from "../curve/memory.js";
import { GT_BYTES, MillerLoops, RATIO_BYTES } from "../curve/miller.js";
import { G1_BYTES, G2_BYTES, isInfinity, type Point, PointCodec } from "../curve/points.js";
import { sumOfMultiples } from "../curve/sums.js";
import { compileFastCurve } from "../wasm/module.js";

/** The backend, and what the prover needs beyond it. */
export interface FfBackend extends PairingBackend<Point, Point, GtElement> {
  readonly curve: WasmCurve;
  readonly g1: Group;
  readonly g2: Group;
  readonly codec: PointCodec;
  readonly gt: GtGroup;
}

/** Lays points out in a row, in the caller's scope. */
function lay(curve: WasmCurve, bytes: number, points: readonly Point[]): number[] {
  const places = row(curve.alloc(bytes * points.length), bytes, points.length);
  for (const [i, point] of points.entries()) put(curve, places[i] ?? 0, point);
  return places;
}

function millerProduct(curve: WasmCurve, loops: MillerLoops, pairs: readonly (readonly [Point, Point])[]): Uint8Array {
  return curve.scoped(() => {
    const [result, ratios] = [curve.alloc(GT_BYTES), curve.alloc(RATIO_BYTES * pairs.length)];
    const ps = lay(curve, G1_BYTES, pairs.map(([p]) => p)); // biome-ignore format: one call a line
    const qs = lay(curve, G2_BYTES, pairs.map(([, q]) => q)); // biome-ignore format: one call a line
    loops.prepare(ps, ratios);
    const product = { result, ratios: row(ratios, RATIO_BYTES, pairs.length), points: [...qs.keys()] };
    const scratch = curve.alloc(loops.scratchBytes(qs.length));
    for (const _ of loops.run(qs, [product], scratch)); // without a pause: a few pairs take milliseconds
    return take(curve, result, GT_BYTES);
  });
}

/** The backend over an opened curve. */
export function backendOver(curve: WasmCurve): FfBackend {
  const [codec, gt, loops, g1] = [new PointCodec(curve), new GtGroup(curve), new MillerLoops(curve), groupOf(curve, "g1m")];
  return {
    name: "ffjavascript",
    curve,
    g1,
    g2: groupOf(curve, "g2m"),
    codec,
    gt,
    decodeG1: (bytes) => codec.decodeG1(bytes),
    decodeG2: (bytes) => codec.decodeG2(bytes),
    decodeGt: (bytes) => gt.decode(bytes),
    isZeroG1: isInfinity,
    combineG1: (terms) =>
      curve.scoped(() => {
        const [first = 0] = lay(curve, G1_BYTES, terms.map(([point]) => point)); // biome-ignore format: one call a line
        return sumOfMultiples(curve, g1, first, terms.map(([, scalar]) => scalar)); // biome-ignore format: one call a line
      }),
    pairingProduct: (pairs) => {
      const finite = pairs.filter(([p, q]) => !isInfinity(p) && !isInfinity(q));
      return finite.length === 0 ? gt.one : gt.finish(millerProduct(curve, loops, finite));
    },
    powerProduct: (terms) => gt.powerProduct(terms),
    equalGt: (a, b) => Buffer.compare(a, b) === 0,
  };
}

/** A backend with a memory of its own. */
export async function ffBackend(): Promise<FfBackend> {
  return backendOver(await openCurve(await compileFastCurve()));
}
