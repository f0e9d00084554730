// The ledger alone: transitions executed per second, and what updating the accounts tree costs. `npm run bench:ledger`
import { executeBatch } from "../ledger/batch.js";
import { MemoryTree } from "../ledger/smt.js";
import { batchOf, makeWorld, signedTrade } from "../test/helpers/ledger-fixtures.js";
import { writeResults } from "./machine.js";

const seconds = (work: () => void): number => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};

/** Signed trades between 16 accounts in one batch, at 12 levels. */
function transitionsPerSecond() {
  const nTx = 64;
  const venue = makeWorld({ accounts: 16, nLevels: 12 });
  const trades = Array.from({ length: nTx }, (_, i) => {
    const [buyer, seller] = [i % 16, (i + 1 + (i >> 4)) % 16];
    return signedTrade(venue, { buyer, seller, amount: 10n, buy: { orderId: BigInt(i + 1) }, sell: { orderId: BigInt(i + 1) } });
  });
  const profile = { nTx, nAccounts: 16, nLevels: 12 };
  const rate = (checkSignatures: boolean) => {
    const took = seconds(() => {
      const executed = executeBatch(venue.state, batchOf(venue, trades), profile, { checkSignatures });
      if (!executed.ok) throw new Error(executed.refusal.code);
    });
    return Math.round(nTx / took);
  };
  rate(true); // warm up
  return { signed: rate(true), withoutSignatures: rate(false) };
}

/** Milliseconds per changed leaf for a batch of 16 leaves in a tree of n accounts, 12 levels. */
function treeUpdate(n: number) {
  const leaves = new Map(Array.from({ length: n }, (_, i) => [BigInt(i), BigInt(i + 1)]));
  const built = { tree: MemoryTree.empty(12) };
  const build = seconds(() => {
    built.tree = built.tree.update(leaves).tree;
  });
  const touched = 16;
  const changes = new Map(Array.from({ length: touched }, (_, i) => [BigInt(Math.floor((i * n) / touched)), BigInt(n + i)]));
  const update = seconds(() => {
    built.tree.update(changes);
  });
  return { accounts: n, buildSeconds: Math.round(build * 10) / 10, millisecondsPerLeaf: Math.round((update * 1e5) / touched) / 100 };
}

const sizes = process.argv.includes("--quick") ? [1_000] : [1_000, 100_000, 1_000_000];
const measured = { transitionsPerSecond: transitionsPerSecond(), tree: sizes.map(treeUpdate) };
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
writeResults("ledger", "npm run bench:ledger", measured);
