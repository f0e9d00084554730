import { describe, expect, it } from "vitest";
import { poseidon } from "../../../core/poseidon.js";
import { EMPTY_LANES, groupHashes, groupOf, groupWords, laneOf, laneWord, ordersRoot, withLane } from "../../../ledger/orders.js";
import type { Lane } from "../../../ledger/types.js";
import { rngOf } from "../../helpers/random-run.js";

/** The rule, without any cache. */
const rootOf = (lanes: readonly Lane[]): bigint =>
  poseidon(Array.from({ length: 8 }, (_, g) => poseidon(lanes.slice(8 * g, 8 * g + 8).map((l) => l.orderId * 2n ** 48n + l.filled))));

describe("order lanes", () => {
  it("take an order by its id modulo 64, eight lanes a group", () => {
    expect([1n, 63n, 64n, 65n, (1n << 48n) - 1n].map(laneOf)).toEqual([1, 63, 0, 1, 63]);
    expect([0, 7, 8, 63].map(groupOf)).toEqual([0, 0, 1, 7]);
    expect(laneWord({ orderId: 3n, filled: 5n })).toBe(3n * 2n ** 48n + 5n);
  });

  it("never share a word with other lanes in their width", () => {
    const top = (1n << 47n) - 1n;
    expect(laneWord({ orderId: 1n, filled: top }) < laneWord({ orderId: 2n, filled: 0n })).toBe(true);
  });

  it("keep their hashes right through any order of fills and reads", () => {
    const rng = rngOf(5);
    let lanes = EMPTY_LANES;
    expect(ordersRoot(lanes)).toBe(rootOf(lanes));
    for (let i = 0; i < 60; i++) {
      const before = lanes;
      const root = rng.below(2) === 0 ? ordersRoot(before) : undefined;
      lanes = withLane(before, rng.below(64), { orderId: BigInt(1 + rng.below(1_000)), filled: BigInt(rng.below(1_000)) });
      if (rng.below(3) === 0) expect(ordersRoot(lanes)).toBe(rootOf(lanes));
      if (root !== undefined) expect(ordersRoot(before)).toBe(root);
    }
    expect(poseidon(groupHashes(lanes))).toBe(rootOf(lanes));
    expect(groupHashes(lanes).map((_, g) => poseidon(groupWords(lanes, g)))).toEqual(groupHashes(lanes));
  });
});
