// Sums of scalar multiples of points, by the module's bucket method.
import type { WasmCurve } from "../../prover/keys/wasm-curve.js";
import type { Group } from "./group.js";
import { put, take, writeScalars } from "./memory.js";
import type { Point } from "./points.js";

// The module keeps its buckets in room that a curve has above everything allocated: enough for this many points.
const MOST = 1 << 15;
const SCALAR_BYTES = 32;

/** The sum of scalars[i] times the i-th of the affine points in a row at an address; scalars in [0, r), or fewer bytes of smaller ones. */
export function sumOfMultiples(curve: WasmCurve, group: Group, points: number, scalars: readonly bigint[]): Point {
  return curve.scoped(() => {
    const [sum, part, affine] = [curve.alloc(group.jacobianBytes), curve.alloc(group.jacobianBytes), curve.alloc(group.affineBytes)];
    const place = curve.alloc(Math.min(MOST, scalars.length) * SCALAR_BYTES);
    group.op("zero")(sum);
    for (let from = 0; from < scalars.length; from += MOST) {
      const some = scalars.slice(from, from + MOST);
      writeScalars(curve, place, some);
      group.op("multiexpAffine")(points + from * group.affineBytes, place, SCALAR_BYTES, some.length, part);
      group.op("add")(sum, part, sum);
    }
    group.op("toAffine")(sum, affine);
    return take(curve, affine, group.affineBytes);
  });
}

/** The sum of points. */
export function sumOfPoints(curve: WasmCurve, group: Group, points: readonly Point[]): Point {
  return curve.scoped(() => {
    const [sum, affine] = [curve.alloc(group.jacobianBytes), curve.alloc(group.affineBytes)];
    group.op("zero")(sum);
    for (const point of points) {
      put(curve, affine, point);
      group.op("addMixed")(sum, affine, sum);
    }
    group.op("toAffine")(sum, affine);
    return take(curve, affine, group.affineBytes);
  });
}
