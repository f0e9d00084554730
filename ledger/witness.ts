// The input of the batch circuit: docs/circuit-inputs.md, signal by signal.
import { ZkStateError } from "../core/errors.js";
import { toFr } from "../core/field.js";
import { type Executed, executeBatch } from "./batch.js";
import { M, U } from "./constants.js";
import { accountLeaf, keySetHash, laterConfigHash, settlementHash, stateRoot } from "./hashing.js";
import { ordersRoot } from "./orders.js";
import { REFUSALS } from "./refusal.js";
import type { Account, Batch, Header, PriceReport, Profile, Transition } from "./types.js";
import { ordersBefore, signaturesOf, slotFields } from "./witness-slots.js";
import { OpeningTree } from "./witness-tree.js";
import type { StateReader } from "./world.js";

/** A signal: one field element or an array of signals. */
export type Signal = bigint | readonly Signal[];

/** Every input signal by name, canonical field elements. */
export type CircuitInput = Readonly<Record<string, Signal>>;

export interface BatchWitness {
  readonly input: CircuitInput;
  /** The execution that the input proves: both roots, the next header, the accounts. */
  readonly executed: Executed;
}

/**
 * The circuit's input for a batch over the state before it.
 * @throws REPORT_REFUSED or TRANSITION_REFUSED when the rules refuse the batch, CONFIG_INVALID when the profile does not fit the state.
 */
export function batchWitness(before: StateReader, batch: Batch, profile: Profile): BatchWitness {
  const executed = executeBatch(before, batch, profile);
  if (!executed.ok) {
    const { refusal, index } = executed;
    throw new ZkStateError({
      code: index === undefined ? "REPORT_REFUSED" : "TRANSITION_REFUSED",
      message: `The rules refuse ${index === undefined ? "the report" : `transition ${index}`}: ${refusal.code}.`,
      expected: refusal.expected,
      got: refusal.got,
      details: { refusal: refusal.code, rule: REFUSALS[refusal.code], ...(index === undefined ? {} : { index }) },
    });
  }
  return { input: circuitInput(before, executed, profile), executed };
}

/** The circuit's input for a batch that was executed over this state. */
export function circuitInput(before: StateReader, executed: Executed, profile: Profile): CircuitInput {
  const named = {
    oldRoot: stateRoot(before.header),
    newRoot: executed.newRoot,
    ...headerInput(before.header),
    ...reportInput(executed.batch.report),
    ...accountsInput(before, executed, profile),
    ...slotsInput(executed, profile),
  };
  return Object.fromEntries(Object.entries(named).map(([name, signal]) => [name, canonical(signal)]));
}

const canonical = (signal: Signal): Signal => (typeof signal === "bigint" ? toFr(signal) : signal.map(canonical));

function headerInput({ markets, chains, meta }: Header) {
  const { config } = markets;
  return {
    ...meta,
    priceHash: markets.priceHash,
    fundingIntegral: markets.fundingIntegral,
    squaredReturnIntegral: markets.squaredReturnIntegral,
    variance: markets.variance,
    breakerUntil: markets.breakerUntil,
    interestIndex: markets.interestIndex,
    totalBorrow: markets.totalBorrow,
    settlementHash: settlementHash(markets.settlementValue),
    openInterest: markets.openInterest,
    insurance: markets.insurance,
    fees: markets.fees,
    perpetualPool: markets.perpetualPool,
    haircut: config.haircut,
    shock: config.shock,
    fundingCap: config.fundingCap,
    initialFactor: config.initialFactor,
    discountRate: config.discountRate,
    discountShare: config.discountShare,
    bounty: config.bounty,
    dustEquity: config.dustEquity,
    phi: config.phi,
    openInterestCap: config.openInterestCap,
    optionExpiry: config.optionExpiry,
    laterConfigHash: laterConfigHash(config),
    committee: markets.committee.map((key) => [key.ax, key.ay]),
    governanceHash: keySetHash(markets.governance),
    contract: chains.map((chain) => chain.contract),
    custody: chains.map((chain) => chain.custody),
    depositHead: chains.map((chain) => chain.depositHead),
    withdrawalHead: chains.map((chain) => chain.withdrawalHead),
    depositCount: chains.map((chain) => chain.depositCount),
    withdrawalCount: chains.map((chain) => chain.withdrawalCount),
  };
}

const reportInput = (r: PriceReport) => ({
  reportTime: r.time,
  index: r.index,
  perpMark: r.perpMark,
  optionMark: r.optionMark,
  newFundingIntegral: r.fundingIntegral,
  newSquaredReturnIntegral: r.squaredReturnIntegral,
  scenario: r.scenario,
  signer: r.signatures.map((s) => BigInt(s.signer)),
  reportR8: r.signatures.map((s) => [s.signature.r8x, s.signature.r8y]),
  reportS: r.signatures.map((s) => s.signature.s),
});

/** Rising indices of the batch's accounts and, where there are fewer, of the lowest other ones. */
function openedIndices(used: Iterable<number>, nAccounts: number): number[] {
  const indices = new Set(used);
  for (let index = 0; indices.size < nAccounts; index++) indices.add(index);
  return [...indices].sort((x, y) => x - y);
}

const zeros = (n: number): bigint[] => Array.from({ length: n }, () => 0n);

/** An opened account's words; all 0 when it does not exist. */
const accountWords = (account: Account | undefined) => ({
  exists: account === undefined ? 0n : 1n,
  owner: account === undefined ? zeros(2) : [account.owner.ax, account.owner.ay],
  exitAddress: account?.exitAddress ?? 0n,
  nonce: account?.nonce ?? 0n,
  cash: account?.cash ?? 0n,
  interestCheckpoint: account?.interestCheckpoint ?? 0n,
  minOrderId: account?.minOrderId ?? 0n,
  ordersRoot: account === undefined ? 0n : ordersRoot(account.lanes),
  sizes: account?.sizes ?? zeros(M),
  perpCheckpoints: account?.perpCheckpoints ?? zeros(U),
});

/** Turns a list of records into a record of lists. */
const columns = <T extends object>(rows: readonly T[], names: readonly (keyof T)[]): Record<keyof T, T[keyof T][]> =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as Record<keyof T, T[keyof T][]>;

function accountsInput(before: StateReader, executed: Executed, profile: Profile) {
  const depth = profile.nLevels - 2;
  const tree = new OpeningTree(before.tree);
  const indices = openedIndices(executed.changedAccounts.keys(), profile.nAccounts);
  const top = Array.from({ length: 16 }, (_, i) => tree.node(depth, BigInt(i)));
  const children = indices.map((index) => {
    const path = Array.from({ length: depth }, (_, level) => tree.children(level, BigInt(index) >> BigInt(2 * (level + 1))));
    const after = executed.changedAccounts.get(index);
    if (after !== undefined) tree.write(BigInt(index), accountLeaf(after));
    return path;
  });
  const rows = indices.map((index) => accountWords(before.account(index)));
  const names = Object.keys(accountWords(undefined)) as (keyof ReturnType<typeof accountWords>)[];
  return { accountIndex: indices.map(BigInt), ...columns(rows, names), children, top };
}

const NOOP: Transition = { kind: "noop" };

function slotsInput(executed: Executed, profile: Profile) {
  const last = executed.worlds.length - 1;
  const slots = Array.from({ length: profile.nTx }, (_, n) => {
    const t = executed.batch.transitions[n] ?? NOOP;
    const world = executed.worlds[Math.min(n, last)];
    if (world === undefined) throw new ZkStateError({ code: "INTERNAL", message: "An execution has no worlds." });
    return { fields: slotFields(t), orders: ordersBefore(world, t), signatures: signaturesOf(t) };
  });
  const fieldNames = Object.keys(slotFields(NOOP)) as (keyof ReturnType<typeof slotFields>)[];
  const orderNames = Object.keys(slots[0]?.orders[0] ?? {}) as (keyof ReturnType<typeof ordersBefore>[0])[];
  return {
    ...columns(
      slots.map((slot) => slot.fields),
      fieldNames,
    ),
    ...Object.fromEntries(orderNames.map((name) => [name, slots.map((slot) => slot.orders.map((side) => side[name]))])),
    R8: slots.map((slot) => slot.signatures.map((s) => [s.r8x, s.r8y])),
    S: slots.map((slot) => slot.signatures.map((s) => s.s)),
  };
}
