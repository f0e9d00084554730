// The pairing backend on ffjavascript's wasm module. GPL-3: it proves, and serves to check the others; browsers never load it.
import type { PairingBackend } from "../../core/pairing/backend.js";
import { openCurve, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { groupOf } from "../curve/group.js";
import { type GtElement, gtCodec } from "../curve/gt.js";
import { GT_BYTES, millerLoops, RATIO_BYTES } from "../curve/miller.js";
import { type Point, pointCodec, put, row, take } from "../curve/points.js";
import { sumOfMultiples } from "../curve/sums.js";
import { compileFastCurve } from "../wasm/module.js";

export type FfBackend = PairingBackend<Point, Point, GtElement>;

const G1_BYTES = 64;
const G2_BYTES = 128;

const isInfinity = (point: Point): boolean => point.every((byte) => byte === 0);

/** The backend over an opened curve. */
export function backendOver(curve: WasmCurve): FfBackend {
  const points = pointCodec(curve);
  const gt = gtCodec(curve);
  const loops = millerLoops(curve);
  const g1 = groupOf(curve, "g1m");

  const lay = (bytes: number, elements: readonly Uint8Array[]): number[] => {
    const places = row(curve.alloc(bytes * elements.length), bytes, elements.length);
    for (const [i, element] of elements.entries()) put(curve, places[i] ?? 0, element);
    return places;
  };

  const millerProduct = (pairs: readonly (readonly [Point, Point])[]): Uint8Array =>
    curve.scoped(() => {
      const result = curve.alloc(GT_BYTES);
      const ratios = curve.alloc(RATIO_BYTES * pairs.length);
      loops.prepare(lay(G1_BYTES, pairs.map(([p]) => p)), ratios); // biome-ignore format: one call a line
      const qs = lay(G2_BYTES, pairs.map(([, q]) => q)); // biome-ignore format: one call a line
      const product = { result, ratios: row(ratios, RATIO_BYTES, pairs.length), points: [...qs.keys()] };
      for (const _ of loops.run(qs, [product], curve.alloc(loops.scratchBytes(qs.length)))); // nobody waits for what takes milliseconds
      return take(curve, result, GT_BYTES);
    });

  return {
    name: "ffjavascript",
    decodeG1: points.decodeG1,
    decodeG2: points.decodeG2,
    decodeGt: gt.decode,
    isZeroG1: isInfinity,
    combineG1: (terms) =>
      curve.scoped(() => {
        const [first = 0] = lay(G1_BYTES, terms.map(([point]) => point)); // biome-ignore format: one call a line
        return sumOfMultiples(curve, g1, first, terms.map(([, scalar]) => scalar)); // biome-ignore format: one call a line
      }),
    pairingProduct: (pairs) => {
      const finite = pairs.filter(([p, q]) => !isInfinity(p) && !isInfinity(q));
      return finite.length === 0 ? gt.one : gt.finish(millerProduct(finite));
    },
    powerProduct: gt.powerProduct,
    equalGt: (a, b) => Buffer.compare(a, b) === 0,
  };
}

/** A backend with a memory of its own. */
export async function ffBackend(): Promise<FfBackend> {
  return backendOver(await openCurve(await compileFastCurve()));
}
