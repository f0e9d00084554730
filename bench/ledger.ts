// The ledger alone: transitions per second and Poseidon, natively and without, and what updating the accounts tree costs.
// `npm run bench:ledger`; --dry measures without writing the results.
import { buildPoseidon } from "circomlibjs";
import { useAccelerator } from "../core/accelerate.js";
import { executeBatch } from "../ledger/batch.js";
import { MemoryTree } from "../ledger/smt.js";
import { type NativeAddon, nativeAddon } from "../native/addon.js";
import { batchOf, makeWorld, signedTrade } from "../test/helpers/ledger-fixtures.js";
import { writeResults } from "./machine.js";

const seconds = (work: () => void): number => {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
};
/** The machine is shared: the best of some rounds is what the code costs. */
const bestOf = (rounds: number, work: () => number): number => Math.min(...Array.from({ length: rounds }, work));
const oneDecimal = (x: number): number => Math.round(x * 10) / 10;

const { addon, why } = nativeAddon();
if (addon === undefined) throw new Error(`The native addon does not load: ${why}`);

/** Signed trades between 16 accounts in one batch, at 12 levels; natively, without, and how many times faster natively. */
function transitionsPerSecond(native: NativeAddon) {
  const nTx = 64;
  const venue = makeWorld({ accounts: 16, nLevels: 12 });
  const profile = { nTx, nAccounts: 16, nLevels: 12 };
  // new trades every time: the hashes of their messages are kept with them
  const trades = () =>
    Array.from({ length: nTx }, (_, i) => {
      const [buyer, seller] = [i % 16, (i + 1 + (i >> 4)) % 16];
      return signedTrade(venue, { buyer, seller, amount: 10n, buy: { orderId: BigInt(i + 1) }, sell: { orderId: BigInt(i + 1) } });
    });
  const rate = (accelerator: NativeAddon | undefined, checkSignatures: boolean): number => {
    const took = bestOf(6, () => {
      useAccelerator(native);
      const batch = batchOf(venue, trades());
      useAccelerator(accelerator);
      return seconds(() => {
        const executed = executeBatch(venue.state, batch, profile, { checkSignatures });
        if (!executed.ok) throw new Error(executed.refusal.code);
      });
    });
    useAccelerator(native);
    return Math.round(nTx / took);
  };
  const withoutNative = { signed: rate(undefined, true), withoutSignatures: rate(undefined, false) };
  const measured = { signed: rate(native, true), withoutSignatures: rate(native, false) };
  return { ...measured, withoutNative, timesFaster: oneDecimal(measured.signed / withoutNative.signed) };
}

/** Microseconds per hash of four words: circomlibjs (WebAssembly), natively one by one and in batches of 1024. */
async function poseidonMicroseconds(native: NativeAddon) {
  const circomlib = await buildPoseidon();
  const inputs = Array.from({ length: 1024 }, (_, i) => [BigInt(i) << 200n, 2n, 3n, BigInt(i)]);
  const flat = inputs.flat();
  const each = (hash: (four: bigint[]) => unknown) => () =>
    seconds(() => {
      for (const four of inputs) hash(four);
    });
  const perHash = (work: () => number): number => (bestOf(8, work) * 1e6) / inputs.length;
  const reference = perHash(each((four) => circomlib.F.toObject(circomlib(four))));
  const single = perHash(each((four) => native.poseidon(four)));
  const batched = perHash(() => seconds(() => native.poseidonMany(4, flat)));
  return {
    circomlibjs: oneDecimal(reference),
    single: oneDecimal(single),
    batched: oneDecimal(batched),
    timesFaster: { single: oneDecimal(reference / single), batched: oneDecimal(reference / batched) },
  };
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
  const update = bestOf(5, () =>
    seconds(() => {
      built.tree.update(changes);
    }),
  );
  return { accounts: n, buildSeconds: oneDecimal(build), millisecondsPerLeaf: Math.round((update * 1e5) / touched) / 100 };
}

const sizes = process.argv.includes("--quick") ? [1_000] : [1_000, 100_000, 1_000_000];
const measured = {
  transitionsPerSecond: transitionsPerSecond(addon),
  poseidonMicroseconds: await poseidonMicroseconds(addon),
  tree: sizes.map(treeUpdate),
};
process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
if (!process.argv.includes("--dry")) writeResults("ledger", "npm run bench:ledger", measured);
