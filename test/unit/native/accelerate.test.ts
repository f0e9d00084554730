// Core with the native accelerator put in answers as core without it.
import { afterAll, describe, expect, it } from "vitest";
import { useAccelerator } from "../../../core/accelerate.js";
import { keyFromSeed, verify } from "../../../core/eddsa.js";
import { R } from "../../../core/field.js";
import { poseidon, poseidonMany } from "../../../core/poseidon.js";
import { executeBatch } from "../../../ledger/batch.js";
import { accountLeaf, accountLeaves } from "../../../ledger/hashing.js";
import { MemoryTree } from "../../../ledger/smt.js";
import { batchOf, makeWorld, signedTrade } from "../../helpers/ledger-fixtures.js";
import { addon } from "./addon.js";

afterAll(() => useAccelerator(undefined));

/** What `work` answers, or the code of what it throws: the same with and without. */
function both<T>(work: () => T): T | string {
  const outcome = (accelerator: typeof addon | undefined): T | string => {
    useAccelerator(accelerator);
    try {
      return work();
    } catch (error) {
      return `${(error as { code?: string }).code}: ${(error as Error).message}`;
    }
  };
  const pure = outcome(undefined);
  expect(outcome(addon)).toEqual(pure);
  return pure;
}

describe("core with the accelerator", () => {
  it("hashes and refuses the same words", () => {
    for (const inputs of [[1n, 2n], [-1n], [1n - R], [R], [-R], [], Array.from({ length: 17 }, () => 1n)]) both(() => poseidon(inputs));
    expect(both(() => poseidonMany(2, [1n, 2n, -3n, 4n]))).toEqual([poseidon([1n, 2n]), poseidon([-3n, 4n])]);
    expect(both(() => poseidonMany(2, [1n, R]))).toMatch(/^INPUT_NOT_CANONICAL/);
    expect(both(() => poseidonMany(2, [1n]))).toMatch(/^INTERNAL/);
    expect(both(() => poseidonMany(17, []))).toMatch(/^INTERNAL/);
    expect(both(() => poseidonMany(4, []))).toEqual([]);
    const ten = Array.from({ length: 10 }, (_, i) => BigInt(i));
    for (const arity of [2.5, Number.NaN, 0, -1, 2 ** 32 + 1, "2" as unknown as number])
      expect(both(() => poseidonMany(arity, ten))).toMatch(/^INTERNAL/);
    for (const words of [new BigUint64Array(4), new Uint8Array(64), "1234", undefined] as unknown as bigint[][])
      expect(both(() => poseidonMany(2, words))).toMatch(/^INTERNAL/);
  });

  it("gives the same verdicts", () => {
    const key = keyFromSeed(new Uint8Array(32));
    const signature = key.sign(5n);
    expect(both(() => verify(key.publicKey, 5n, signature))).toBe(true);
    expect(both(() => verify(key.publicKey, 6n, signature))).toBe(false);
    expect(both(() => verify(key.publicKey, 5n - R, signature))).toBe(false);
  });

  it("builds the same tree", () => {
    const leaves = new Map(Array.from({ length: 100 }, (_, i) => [BigInt(i * i) % 256n, BigInt(i + 1)]));
    both(() => MemoryTree.empty(4).update(leaves).changes);
  });

  it("executes a batch to the same state", () => {
    const venue = makeWorld({ accounts: 4 });
    const orders = [1n, 2n, 64n, 65n];
    const trades = () =>
      orders.map((orderId) => signedTrade(venue, { buyer: 0, seller: 1, amount: 10n, buy: { orderId }, sell: { orderId } }));
    const executed = both(() => {
      const { worlds: _, ...result } = { worlds: [], ...executeBatch(venue.state, batchOf(venue, trades()), { ...venue.profile, nTx: 8 }) };
      return result;
    });
    expect(executed).toMatchObject({ ok: true });
  });
});

it("leaves made together are those made one by one", () => {
  useAccelerator(addon);
  const { state } = makeWorld({ accounts: 5 });
  const accounts = [...state.accounts.values()];
  expect(accountLeaves(accounts)).toEqual(accounts.map(accountLeaf));
  expect(accountLeaves(accounts)).toEqual(accounts.map((_, i) => state.tree.node(0, BigInt(i))));
});
