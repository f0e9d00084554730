// Order lanes: each rule in boundary pairs, against a plain model of 64 lanes.
import { poseidon8 } from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { generatedFiles } from "../../../circuits/generate-constants.js";
import {
  bitEdits,
  type Circuit,
  comparesNothing,
  expectRefused,
  expectSatisfied,
  expectUnsatisfied,
  forge,
  loadCircuit,
  sabotagedLib,
} from "../../helpers/circuit.js";
import { mod, R } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const PLAN = { main: "OrderLanes()", include: ["order-lanes.circom"] };
const load = () => loadCircuit(PLAN);
const ID = 2n ** 48n;
const SIZE = 2n ** 47n;

const group = (lanes: readonly bigint[], g: number) => lanes.slice(8 * g, 8 * g + 8);
const groupHashes = (lanes: readonly bigint[]) => Array.from({ length: 8 }, (_, g) => poseidon8(group(lanes, g)));
const ordersRoot = (lanes: readonly bigint[]) => poseidon8(groupHashes(lanes));
const empty = () => new Array<bigint>(64).fill(0n);

interface Fill {
  readonly orderId: bigint;
  readonly fill: bigint;
  readonly orderSize: bigint;
}

/** Lanes with some orders in them. */
function lanesWith(orders: readonly (readonly [orderId: bigint, filled: bigint])[]): bigint[] {
  const lanes = empty();
  for (const [orderId, filled] of orders) lanes[Number(orderId % 64n)] = orderId * ID + filled;
  return lanes;
}

function inputFor(lanes: readonly bigint[], { orderId, fill, orderSize }: Fill) {
  const number = Number(orderId % 64n);
  const lane = lanes[number] ?? 0n;
  return {
    enabled: 1n,
    orderId,
    fill,
    orderSize,
    root: ordersRoot(lanes),
    laneOrderId: lane / ID,
    laneFilled: lane % ID,
    groupLanes: group(lanes, Math.floor(number / 8)),
    groups: groupHashes(lanes),
  };
}

async function expectFilled(circuit: Circuit, lanes: readonly bigint[], fill: Fill, filled: bigint): Promise<bigint[]> {
  const after = [...lanes];
  after[Number(fill.orderId % 64n)] = fill.orderId * ID + filled;
  const expected = { "main.filled": filled, "main.newRoot": ordersRoot(after), ...bitEdits("main.orderIdBits", fill.orderId, 48) };
  return expectSatisfied(circuit, inputFor(lanes, fill), expected);
}

describe("OrderLanes", () => {
  it("starts from EMPTY_ORDERS_ROOT()", async () => {
    const circuit = await load();
    expectRigid(circuit, await expectFilled(circuit, empty(), { orderId: 1n, fill: 5n, orderSize: 9n }, 5n));
    expect(generatedFiles()["order-lanes-constants.circom"]).toContain(`return 0x${ordersRoot(empty()).toString(16)};`);
    expectCounts(circuit, 1839, 36);
  });

  it("finds every one of the 64 lanes", async () => {
    const circuit = await load();
    const lanes = lanesWith(Array.from({ length: 64 }, (_, i) => [BigInt(64 + i), BigInt(i + 1)] as const));
    for (let i = 0n; i < 64n; i++) {
      await expectFilled(circuit, lanes, { orderId: 64n + i, fill: 10n, orderSize: 100n }, i + 11n);
      await expectFilled(circuit, lanes, { orderId: 128n + i, fill: 10n, orderSize: 100n }, 10n);
    }
  });

  it("continues the same order, lets a larger id take over, refuses a smaller one", async () => {
    const circuit = await load();
    const lanes = lanesWith([[1000n, 30n]]);
    const order = (orderId: bigint): Fill => ({ orderId, fill: 7n, orderSize: 50n });
    expectRigid(circuit, await expectFilled(circuit, lanes, order(1000n), 37n), /inverse/);
    expectRigid(circuit, await expectFilled(circuit, lanes, order(1064n), 7n));
    await expectRefused(circuit, inputFor(lanes, order(936n)), /RangeCheck/);
  });

  it("fills up to the size and not one unit more", async () => {
    const circuit = await load();
    const lanes = lanesWith([[1000n, 30n]]);
    await expectFilled(circuit, lanes, { orderId: 1000n, fill: 20n, orderSize: 50n }, 50n);
    await expectRefused(circuit, inputFor(lanes, { orderId: 1000n, fill: 21n, orderSize: 50n }), /RangeCheck/);
    await expectFilled(circuit, lanes, { orderId: 1064n, fill: 50n, orderSize: 50n }, 50n);
    await expectRefused(circuit, inputFor(lanes, { orderId: 1064n, fill: 51n, orderSize: 50n }), /RangeCheck/);
    // an owner may sign a smaller size for the same id: what is filled already counts
    await expectRefused(circuit, inputFor(lanes, { orderId: 1000n, fill: 0n, orderSize: 29n }), /RangeCheck/);
  });

  it("holds at the largest numbers", async () => {
    const circuit = await load();
    const last = ID - 1n;
    const max = SIZE - 1n;
    await expectFilled(circuit, empty(), { orderId: last, fill: max, orderSize: max }, max);
    const full = lanesWith([[last, max]]);
    await expectFilled(circuit, full, { orderId: last, fill: 0n, orderSize: max }, max);
    await expectRefused(circuit, inputFor(full, { orderId: last, fill: 1n, orderSize: max }), /RangeCheck/);
    await expectRefused(circuit, inputFor(full, { orderId: last, fill: max, orderSize: max }), /RangeCheck/);
    await expectRefused(circuit, inputFor(empty(), { orderId: ID, fill: 1n, orderSize: 1n }), /Bits/);
    await expectFilled(circuit, empty(), { orderId: 0n, fill: 1n, orderSize: 1n }, 1n); // id 0 continues the empty lane 0
  });

  it("does nothing when disabled", async () => {
    const circuit = await load();
    const zeros = {
      orderId: 0,
      fill: 0,
      orderSize: 0,
      laneOrderId: 0,
      laneFilled: 0,
      groupLanes: empty().slice(0, 8),
      groups: empty().slice(0, 8),
    };
    for (const root of [0n, ordersRoot(empty()), R - 1n]) {
      const w = await expectSatisfied(circuit, { ...zeros, enabled: 0, root }, { "main.newRoot": root, "main.filled": 0n });
      expectRigid(circuit, w, /inverse/);
      expectUnsatisfied(circuit, w, { "main.newRoot": root + 1n });
    }
    // also with an order shown: the root stays
    const input = inputFor(lanesWith([[1000n, 30n]]), { orderId: 1000n, fill: 1n, orderSize: 50n });
    await expectSatisfied(circuit, { ...input, enabled: 0, root: 99 }, { "main.newRoot": 99n });
    await expectRefused(circuit, { ...zeros, enabled: 1, root: 0 }, /OrderLanes/);
  });

  it("refuses a lane, group or root that is not the account's", async () => {
    const circuit = await load();
    const lanes = lanesWith([
      [1000n, 30n],
      [1001n, 40n],
    ]);
    const fill = { orderId: 1000n, fill: 7n, orderSize: 50n };
    const input = inputFor(lanes, fill);
    await expectRefused(circuit, { ...input, laneFilled: 0 }, /OrderLanes/);
    await expectRefused(circuit, { ...input, laneOrderId: 0, laneFilled: 0 }, /OrderLanes/);
    await expectRefused(circuit, { ...input, root: ordersRoot(empty()) }, /OrderLanes/);
    const fresh = inputFor(empty(), fill);
    await expectRefused(circuit, { ...fresh, root: input.root }, /OrderLanes/);
    await expectRefused(circuit, { ...fresh, root: input.root, groups: input.groups }, /OrderLanes/);
    const w = await circuit.witness(input);
    for (const name of ["orderId", "fill", "orderSize", "root", "laneOrderId", "laneFilled", "groupLanes[0]", "groups[7]"]) {
      expectUnsatisfied(circuit, w, { [`main.${name}`]: 123n });
    }
    expectUnsatisfied(circuit, w, { "main.newRoot": input.root }); // forgets the fill
    expectUnsatisfied(circuit, w, { "main.enabled": 0n });
  });

  it("refuses to forget what is filled by claiming another id", async () => {
    const circuit = await load();
    const lanes = lanesWith([[1000n, 30n]]);
    const w = await circuit.witness(inputFor(lanes, { orderId: 1000n, fill: 7n, orderSize: 50n }));
    const half = (R + 1n) / 2n;
    for (const inverse of [1n, half]) expectUnsatisfied(circuit, w, { "main.same": 0n, "main.inverse": inverse, "main.filled": 7n });
  });

  it("refuses a second way to unpack the lane", async () => {
    // a cheating prover moves 2^48 from the id to the filled part, or takes the id as a huge field element with any filled part
    const real = await load();
    const cheating = await loadCircuit({
      ...PLAN,
      includeDirs: [
        sabotagedLib([...comparesNothing, { file: "range.circom", find: "(in - low) * (in - low - (1 << (n - 1))) === 0;", replace: "" }]),
      ],
    });
    const lanes = lanesWith([[1000n, 30n]]);
    const input = inputFor(lanes, { orderId: 1000n, fill: 7n, orderSize: 50n });
    const inverse48 = ((): bigint => {
      let [result, base, e] = [1n, ID, R - 2n];
      for (; e > 0n; e >>= 1n, base = mod(base * base)) if (e & 1n) result = mod(result * base);
      return result;
    })();
    const attacks = [
      { laneOrderId: 999n, laneFilled: 30n + ID },
      { laneOrderId: 1001n, laneFilled: mod(30n - ID) },
      { laneOrderId: mod((lanes[1000 % 64] ?? 0n) * inverse48), laneFilled: 0n },
      { laneOrderId: mod(((lanes[1000 % 64] ?? 0n) - 29n) * inverse48), laneFilled: 29n },
    ];
    for (const attack of attacks) {
      const forged = await forge(real, cheating, { ...input, ...attack });
      expectUnsatisfied(real, forged, {}, /main\.(larger|left|canonical)\.|laneFilled/);
    }
  });

  it("refuses an id of another lane with the same low bits taken from x + r", async () => {
    const circuit = await load();
    const w = await circuit.witness(inputFor(lanesWith([[1000n, 30n]]), { orderId: 1000n, fill: 7n, orderSize: 50n }));
    for (const id of [1000n + ID, mod(1000n - ID), R - 1n]) {
      expectUnsatisfied(circuit, w, { "main.orderId": id });
      expectUnsatisfied(circuit, w, { "main.orderId": id, ...bitEdits("main.orderIdBits", id, 48) });
    }
  });
});
