// Many points at once against the module's own multiplication of one point.
import { beforeAll, describe, expect, it } from "vitest";
import { AffineSteps } from "../../../aggregator/curve/affine.js";
import { type Group, type GroupName, groupOf } from "../../../aggregator/curve/group.js";
import { row, take, writeScalars } from "../../../aggregator/curve/memory.js";
import { PointMultiplier } from "../../../aggregator/curve/multiply.js";
import { sparseDigits } from "../../../aggregator/curve/sparse-digits.js";
import { sumOfMultiples, sumOfPoints } from "../../../aggregator/curve/sums.js";
import { compileFastCurve } from "../../../aggregator/wasm/module.js";
import { R } from "../../../core/field.js";
import { U } from "../../../core/pairing/lattice.js";
import { openCurve, type WasmCurve } from "../../../prover/keys/wasm-curve.js";
import { randomField } from "../../helpers/mutate.js";

let curve: WasmCurve;
beforeAll(async () => {
  curve = await openCurve(await compileFastCurve());
});
const random = randomField(17n);

/** The affine point scalar * generator, by the module. */
function multiple(group: Group, scalar: bigint): Uint8Array {
  return curve.scoped(() => {
    const [place, jacobian, affine] = [curve.alloc(32), curve.alloc(group.jacobianBytes), curve.alloc(group.affineBytes)];
    writeScalars(curve, place, [scalar]);
    const generator = group.name === "g1m" ? curve.g1Generator : curve.g2Generator;
    group.op("timesScalarAffine")(generator, place, 32, jacobian);
    group.op("toAffine")(jacobian, affine);
    return take(curve, affine, group.affineBytes);
  });
}

/** Multiples of the generator in a row; 0 is infinity. */
function lay(group: Group, logs: readonly bigint[]): number[] {
  const places = row(curve.alloc(group.affineBytes * logs.length), group.affineBytes, logs.length);
  for (const [i, place] of places.entries()) curve.u8().set(multiple(group, logs[i] ?? 0n), place);
  return places;
}

const read = (group: Group, places: readonly number[]) => places.map((place) => take(curve, place, group.affineBytes));
const mod = (x: bigint) => ((x % R) + R) % R;

describe.each<[GroupName]>([["g1m"], ["g2m"]])("in %s", (name) => {
  it("every point gets its own multiple, at the edges too", () => {
    const group = groupOf(curve, name);
    const scalars = [
      0n,
      1n,
      2n,
      3n,
      R - 1n,
      R - 2n,
      R >> 1n,
      2n ** 64n,
      2n ** 127n,
      2n ** 128n + 1n,
      5n,
      ...Array.from({ length: 12 }, random),
    ];
    const logs = scalars.map((_, i) => (i === 10 ? 0n : random())); // the eleventh is infinity
    const points = lay(group, logs);
    for (const _ of new PointMultiplier(curve, group).multiply(points, scalars));
    expect(read(group, points)).toEqual(logs.map((log, i) => multiple(group, mod(log * (scalars[i] ?? 0n)))));
  });

  it("all points get the same multiple, more of them than share an inversion", () => {
    const group = groupOf(curve, name);
    const [log, scalar] = [random(), random()];
    const points = lay(
      group,
      Array.from({ length: 3 }, (_, i) => (i === 1 ? 0n : log)),
    );
    const [first = 0, , last = 0] = points;
    const copies = row(curve.alloc(group.affineBytes * 300), group.affineBytes, 300);
    for (const copy of copies) group.op("copyAffine")(first, copy);
    for (const _ of new PointMultiplier(curve, group).multiply([...points, ...copies], [scalar]));
    const expected = multiple(group, mod(log * scalar));
    expect(read(group, [last, ...copies.slice(250, 260)])).toEqual(Array(11).fill(expected));
    expect(read(group, points)[1]).toEqual(multiple(group, 0n));
  });

  it("scalars are split into short parts along what the group's map multiplies by", () => {
    const group = groupOf(curve, name);
    const number = name === "g1m" ? 36n * U ** 3n + 18n * U ** 2n + 6n * U + 1n : 6n * U * U;
    const [point = 0, image = 0] = lay(group, [7n, 0n]);
    group.rotate(point, image);
    expect(read(group, [image])).toEqual([multiple(group, mod(7n * number))]);
    for (const scalar of [0n, 1n, R - 1n, random(), random()]) {
      const parts = group.split(scalar);
      expect(mod(parts.reduceRight((sum, part) => sum * number + part, 0n))).toBe(scalar);
      for (const part of parts) expect(part < 0n ? -part : part).toBeLessThan(2n ** (name === "g1m" ? 128n : 65n));
    }
  });

  it("sums without a chord come out right", () => {
    const group = groupOf(curve, name);
    const points = lay(group, [5n, 5n, 5n, 9n]);
    const others = lay(group, [5n, R - 5n, 6n, 1n]);
    const steps = new AffineSteps(curve, group);
    steps.add(points, others, curve.alloc(points.length * steps.lineBytes));
    expect(read(group, points)).toEqual([10n, 0n, 11n, 10n].map((log) => multiple(group, log)));
  });

  it("sums of multiples, with infinity among the points and no points at all", () => {
    const group = groupOf(curve, name);
    const [logs, scalars] = [
      [3n, 0n, 11n, random()],
      [random(), 5n, 0n, R - 1n],
    ];
    const [first = 0] = lay(group, logs);
    const expected = logs.reduce((sum, log, i) => sum + log * (scalars[i] ?? 0n), 0n);
    expect(sumOfMultiples(curve, group, first, scalars)).toEqual(multiple(group, mod(expected)));
    expect(sumOfMultiples(curve, group, first, [])).toEqual(multiple(group, 0n));
    const points = [multiple(group, 4n), multiple(group, 0n), multiple(group, 4n), multiple(group, R - 1n)];
    expect(sumOfPoints(curve, group, points)).toEqual(multiple(group, 7n));
  });
});

describe("sparse digits", () => {
  it.each([2, 4])("of width %i add up, are odd, small and far apart", (width) => {
    for (const x of [0n, 1n, -1n, 2n ** 64n, -(2n ** 65n) + 1n, 6n * U + 2n, random() >> 127n]) {
      const digits = [...sparseDigits(x, width)];
      expect(digits.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n)).toBe(x);
      for (const [i, digit] of digits.entries()) {
        if (digit === 0) continue;
        expect(Math.abs(digit) % 2).toBe(1);
        expect(Math.abs(digit)).toBeLessThan(2 ** (width - 1));
        expect(digits.slice(i + 1, i + width).every((next) => next === 0)).toBe(true);
      }
    }
  });
});
