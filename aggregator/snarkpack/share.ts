// One share of the prover's work: a slice of the vectors, and the same slice of the setup's powers for sums over them. It runs in a worker thread, or here.
import { type CurveModule, openCurve, type WasmCurve } from "../../prover/keys/wasm-curve.js";
import { type Group, groupOf } from "../curve/group.js";
import { GtGroup } from "../curve/gt.js";
import { put } from "../curve/memory.js";
import type { Point } from "../curve/points.js";
import { sumOfMultiples } from "../curve/sums.js";
import type { Pause } from "./pause.js";
import { isInG1, type PowersName, powersCount } from "./powers-file.js";
import { type Commitments, type Halving, Slice, type SliceState } from "./slice.js";
import { type ProverSrs, readStrided } from "./srs.js";

/** What a share is of. */
export interface SharePart {
  readonly srs: Pick<ProverSrs, "powersPath" | "maxCount">;
  /** Length of the whole vectors, N. */
  readonly padded: number;
  /** It owns entries index, index + stride, index + 2 stride, ... */
  readonly index: number;
  readonly stride: number;
  /** Its own points of the proofs. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  readonly c: Uint8Array;
}

/** What a share can be asked. Arguments and answers may cross to another thread. */
export interface Share {
  load(part: SharePart): Promise<void>;
  /** The sum of scalars[i] times its i-th power of a section. */
  sumOfPowers(name: PowersName, scalars: readonly bigint[]): Promise<Point>;
  commit(): Promise<Commitments>;
  rescale(powers: readonly bigint[], inverses: readonly bigint[]): Promise<Point>;
  halve(): Promise<Halving>;
  fold(x: bigint, inverse: bigint): Promise<void>;
  state(): Promise<SliceState>;
  /** For each list of products of Miller loops, the 128 bytes of the element that their product stands for. */
  finish(products: readonly (readonly Uint8Array[])[]): Promise<Uint8Array[]>;
}

interface Loaded {
  readonly curve: WasmCurve;
  readonly g1: Group;
  readonly g2: Group;
  readonly gt: GtGroup;
  readonly slice: Slice;
  /** Where each section's powers are. */
  readonly powers: Readonly<Record<PowersName, number>>;
}

async function load(module: CurveModule, part: SharePart, pause: Pause): Promise<Loaded> {
  const curve = await openCurve(module);
  const { srs, padded, a, b, c } = part;
  const read = (name: PowersName) => readStrided(srs, name, { from: 0, count: powersCount(name, padded) }, part);
  const [aG, bG, aH, bH] = [await read("aG"), await read("bG"), await read("aH"), await read("bH")];
  const upper = (points: Uint8Array) => points.subarray(points.length / 2); // w_i is power N + i
  const vectors = { a, b, c, v1: aH, v2: bH, w1: upper(aG), w2: upper(bG) };
  const slice = new Slice(curve, { vectors, rho: [] }, pause);
  const place = (points: Uint8Array): number => {
    const address = curve.alloc(points.length);
    put(curve, address, points);
    return address;
  };
  const powers = { aG: place(aG), bG: place(bG), aH: place(aH), bH: place(bH) };
  return { curve, g1: groupOf(curve, "g1m"), g2: groupOf(curve, "g2m"), gt: new GtGroup(curve), slice, powers };
}

/** A share that works in this thread. */
export function localShare(module: CurveModule, pause: Pause): Share {
  let loaded: Loaded | undefined;
  const own = (): Loaded => {
    if (loaded === undefined) throw new Error("the share has not been loaded");
    return loaded;
  };
  return {
    load: async (part) => {
      loaded = await load(module, part, pause);
    },
    sumOfPowers: async (name, scalars) => {
      const { curve, g1, g2, powers } = own();
      await pause();
      return sumOfMultiples(curve, isInG1(name) ? g1 : g2, powers[name], scalars);
    },
    commit: () => own().slice.commit(),
    rescale: (powers, inverses) => own().slice.rescale(powers, inverses),
    halve: () => own().slice.halve(),
    fold: (x, inverse) => own().slice.fold(x, inverse),
    state: async () => own().slice.state(),
    finish: async (products) => {
      const { gt } = own();
      return products.map((values) => gt.encode(gt.finish(gt.multiply(values))));
    },
  };
}
