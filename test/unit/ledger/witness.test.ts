// Reads a witness as the circuit does: from its words alone to both roots.
import { describe, expect, it } from "vitest";
import { R } from "../../../core/field.js";
import { poseidon } from "../../../core/poseidon.js";
import { accountLeaf, packSizes } from "../../../ledger/hashing.js";
import type { Account, Transition } from "../../../ledger/types.js";
import { batchWitness, type Signal } from "../../../ledger/witness.js";
import {
  advance,
  BTC_CALL,
  batchOf,
  depositOf,
  makeWorld,
  openVenue,
  price,
  START,
  signedCancel,
  signedReport,
  signedSetKey,
  signedTrade,
  signedTransfer,
  signedWithdraw,
} from "../../helpers/ledger-fixtures.js";

const nLevels = 6;
const profile = { nTx: 8, nAccounts: 9, nLevels };
const first = makeWorld({ accounts: 6, nLevels });
const open = [signedTrade(first, { amount: 1_000n }), depositOf({ account: 700 }), depositOf({ account: 4_095 })];
const state = advance(first.state, batchOf(first, open), profile);
const venue = openVenue(state, signedReport({ time: START + 60n, perpMark: [price(50_010), price(29_990)] }), profile);
const transitions: Transition[] = [
  signedTrade(venue, { instrument: BTC_CALL, buyer: 3, seller: 0, buy: { orderId: 70n, orderSize: 150n }, sell: { orderId: 70n } }),
  signedTrade(venue, {
    instrument: BTC_CALL,
    buyer: 3,
    seller: 0,
    amount: 50n,
    buy: { orderId: 70n, orderSize: 150n },
    sell: { orderId: 134n },
  }),
  depositOf({ account: 1_000, chain: 1, amount: 12n }),
  signedTransfer(venue, { from: 0, to: 1_000 }),
  signedSetKey(venue, { account: 2 }),
  signedCancel(venue, { account: 700 }),
  signedWithdraw(venue, { account: 3 }),
];
const { input, executed } = batchWitness(state, batchOf(venue, transitions), profile);

const word = (name: string, ...at: number[]): bigint => {
  let signal: Signal | undefined = input[name];
  for (const i of at) signal = (signal as readonly Signal[])[i];
  if (typeof signal !== "bigint") throw new Error(`${name}[${at}] is no word`);
  return signal;
};
const list = (name: string, ...at: number[]): readonly bigint[] => {
  let signal: Signal | undefined = input[name];
  for (const i of at) signal = (signal as readonly Signal[])[i];
  return signal as readonly bigint[];
};
const signed = (x: bigint): bigint => (x > R / 2n ? x - R : x);

/** The leaf that opening t had before the batch. */
function leafBefore(t: number): bigint {
  if (word("exists", t) === 0n) return 0n;
  const sizes = list("sizes", t).map(signed);
  const positions = poseidon([0, 4, 8].map((i) => packSizes(sizes.slice(i, i + 4))).concat(list("perpCheckpoints", t)));
  const scalars = ["exitAddress", "nonce", "cash", "interestCheckpoint", "minOrderId", "ordersRoot"].map((name) => word(name, t));
  return poseidon([...list("owner", t), ...scalars, positions]);
}

/** Root over the running top of the tree. */
const rootOf = (top: readonly bigint[]): bigint => poseidon([0, 4, 8, 12].map((i) => poseidon(top.slice(i, i + 4))));

describe("batchWitness", () => {
  it("holds canonical field elements only", () => {
    const all = (signal: Signal): readonly bigint[] => (typeof signal === "bigint" ? [signal] : signal.flatMap(all));
    expect(
      Object.values(input)
        .flatMap(all)
        .every((x) => x >= 0n && x < R),
    ).toBe(true);
    expect(word("oldRoot")).toBe(executed.oldRoot);
    expect(word("newRoot")).toBe(executed.newRoot);
  });

  it("opens each account under the tree that the earlier ones left, and ends at the new accounts root", () => {
    const top = [...list("top")];
    expect(rootOf(top)).toBe(state.header.accountsRoot);
    let last = -1n;
    for (let t = 0; t < profile.nAccounts; t++) {
      const index = word("accountIndex", t);
      expect(index > last).toBe(true);
      last = index;
      const climb = (leaf: bigint): bigint => {
        let node = leaf;
        for (let level = 0; level < nLevels - 2; level++) {
          const children = [...list("children", t, level)];
          const digit = Number((index >> BigInt(2 * level)) & 3n);
          if (leaf === leafBefore(t)) expect(children[digit]).toBe(node);
          children[digit] = node;
          node = poseidon(children);
        }
        return node;
      };
      const place = Number(index >> BigInt(2 * (nLevels - 2)));
      expect(climb(leafBefore(t))).toBe(top[place]);
      const after: Account | undefined = executed.changedAccounts.get(Number(index));
      top[place] = climb(after === undefined ? leafBefore(t) : accountLeaf(after));
    }
    expect(rootOf(top)).toBe(executed.newHeader.accountsRoot);
  });

  it("pads with other accounts as they are, existing or not", () => {
    expect(list("accountIndex").map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 700, 1_000]);
    expect(list("exists").map(Number)).toEqual([1, 1, 1, 1, 1, 1, 0, 1, 0]);
    for (const name of ["exitAddress", "nonce", "cash", "interestCheckpoint", "minOrderId", "ordersRoot"]) expect(word(name, 8)).toBe(0n);
    expect([...list("owner", 8), ...list("sizes", 8), ...list("perpCheckpoints", 8)].every((x) => x === 0n)).toBe(true);
  });

  it("gives every order's lane as it is before its slot", () => {
    for (const [slot, side, orderId, lane, filled] of [
      [0, 0, 70n, 0n, 0n],
      [0, 1, 70n, 0n, 0n],
      [1, 0, 70n, 70n, 100n],
      [1, 1, 134n, 70n, 100n],
    ] as const) {
      expect(word("orderId", slot, side)).toBe(orderId);
      const held = word("laneOrderId", slot, side);
      const inLane = word("laneFilled", slot, side);
      const words = list("groupLanes", slot, side);
      expect(words[Number(orderId % 8n)]).toBe((held << 48n) + inLane);
      expect(list("groups", slot, side)[Math.floor(Number(orderId % 64n) / 8)]).toBe(poseidon(words));
      expect([held, inLane]).toEqual([lane, filled]);
    }
    const account = list("accountIndex").map(Number).indexOf(3);
    expect(poseidon(list("groups", 0, 0))).toBe(word("ordersRoot", account));
  });

  it("fills only the fields that a kind uses", () => {
    expect(list("kind").map(Number)).toEqual([4, 4, 1, 3, 9, 8, 2, 0]);
    expect(list("a").map(Number)).toEqual([3, 3, 1_000, 0, 2, 700, 3, 0]);
    expect(list("b").map(Number)).toEqual([0, 0, 0, 1_000, 0, 0, 0, 0]);
    expect(list("chain").map(Number)).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
    expect(list("newMinOrderId").map(Number)).toEqual([0, 0, 0, 0, 0, 10, 0, 0]);
    expect(word("address", 6)).toBe(0xabcn);
    expect(word("key", 4, 0)).toBe((transitions[4] as { newOwner: { ax: bigint } }).newOwner.ax);
    const idle = ["instrument", "amount", "price", "address", "leastReward", "fraction"].map((name) => word(name, 7));
    expect(idle.every((x) => x === 0n)).toBe(true);
    expect([...list("S", 7), ...list("R8", 7, 0), ...list("groups", 7, 0)].every((x) => x === 0n)).toBe(true);
    expect(list("S", 5)[1]).toBe(0n);
    expect(list("S", 4)[1]).not.toBe(0n);
  });

  it("throws what the rules refuse, with the code of the rule", () => {
    const forged = { ...signedTransfer(venue), amount: 1n };
    expect(() => batchWitness(state, batchOf(venue, [forged]), profile)).toThrow(/transition 0: SIGNATURE_INVALID/);
    expect(() => batchWitness(state, { report: signedReport({ time: 1n }), transitions: [] }, profile)).toThrow(/report: REPORT_STALE/);
  });
});
