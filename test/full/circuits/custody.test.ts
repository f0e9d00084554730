// Deposits, withdrawals and the chains' words.
import { beforeAll, describe, expect, it } from "vitest";
import { depositHead, withdrawalHead } from "../../../ledger/messages.js";
import type { Chain } from "../../../ledger/types.js";
import { chainBus, columnOf, type KindName, kindBus } from "../../helpers/buses.js";
import { type Circuit, expectRefused, expectSatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { expectRigid } from "../gadgets/rigid.js";

describe("Deposit", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ main: "Deposit()", include: ["transitions/deposit.circom"] });
  });
  const quote = { deposit: 1n, isQuote: 1n, sizeAfter: 0n };
  const lots = { deposit: 1n, isQuote: 0n, cashAfter: 0n };
  const [topCash, topSize] = [(1n << 95n) - 1n, (1n << 47n) - 1n];

  it("refunds only what does not fit", async () => {
    for (const rest of [0n, 1n, (1n << 60n) - 1n]) {
      expectRigid(circuit, await expectSatisfied(circuit, { ...quote, rest, cashAfter: topCash }));
      expectRigid(circuit, await expectSatisfied(circuit, { ...lots, rest, sizeAfter: topSize }));
    }
    await expectSatisfied(circuit, { ...quote, rest: 0n, cashAfter: -5n });
    for (const cashAfter of [topCash - 1n, topCash + 1n, 0n, topSize])
      await expectRefused(circuit, { ...quote, rest: 1n, cashAfter }, /Deposit/);
    for (const sizeAfter of [topSize - 1n, topSize + 1n, 0n, topCash])
      await expectRefused(circuit, { ...lots, rest: 1n, sizeAfter }, /Deposit/);
  });

  it("refunds no negative and no wide rest, and nothing but a deposit", async () => {
    for (const rest of [-1n, 1n << 60n]) await expectRefused(circuit, { ...quote, rest, cashAfter: topCash }, /Deposit/);
    await expectRefused(circuit, { ...quote, deposit: 0n, rest: 1n, cashAfter: topCash }, /Deposit/);
    await expectSatisfied(circuit, { ...quote, deposit: 0n, rest: 0n, cashAfter: 5n });
  });
});

describe("Custody", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ main: "Custody()", include: ["custody.circom"], public: ["before"] });
  });
  const chain = (i: bigint, custody: readonly bigint[] = [1_000n, 2_000n, 3_000n]): Chain => ({
    contract: 0n,
    custody,
    depositHead: 10n + i,
    withdrawalHead: 20n + i,
    depositCount: 30n + i,
    withdrawalCount: 40n + i,
  });
  interface Act {
    readonly kind: KindName;
    readonly on: number;
    readonly instrument: number;
    readonly amount: bigint;
    readonly rest: bigint;
  }
  const owner = { ax: 5n, ay: 6n };
  const address = (1n << 160n) - 1n;
  const inputOf = ({ kind, on, instrument, amount, rest }: Act, chains = [chain(0n), chain(1n)], over: Input = {}): Input => ({
    ...chainBus("before[0]", chains[0] ?? chain(0n)),
    ...chainBus("before[1]", chains[1] ?? chain(1n)),
    ...kindBus("is", kind),
    chain: BigInt(on),
    instrument: BigInt(instrument),
    column: columnOf(instrument),
    amount,
    rest,
    key: [owner.ax, owner.ay],
    address,
    ...over,
  });

  /** docs/rules.md section 7 once more: what each act does to its chain. */
  function chainsAfter({ kind, on, instrument, amount, rest }: Act, chains: readonly Chain[]): Chain[] {
    return chains.map((old, i) => {
      if (i !== on || (kind !== "deposit" && kind !== "withdraw")) return old;
      const asset = instrument === 12 ? 0 : 1 + instrument;
      const delta = kind === "deposit" ? amount - rest : -amount;
      const paid = kind === "withdraw" ? amount : rest;
      const deposits = kind === "deposit";
      return {
        ...old,
        custody: old.custody.with(asset, (old.custody[asset] ?? 0n) + delta),
        ...(deposits
          ? { depositHead: depositHead(old.depositHead, owner, address, instrument, amount), depositCount: old.depositCount + 1n }
          : {}),
        ...(paid > 0n
          ? { withdrawalHead: withdrawalHead(old.withdrawalHead, address, instrument, paid), withdrawalCount: old.withdrawalCount + 1n }
          : {}),
      };
    });
  }
  const flat = (name: string, value: Input[string]): [string, bigint][] =>
    typeof value === "object" ? value.flatMap((x, k) => flat(`${name}[${k}]`, x)) : [[name, BigInt(value)]];
  const wordsOf = (chains: readonly Chain[]): Record<string, bigint> =>
    Object.fromEntries(
      chains.flatMap((c, i) => Object.entries(chainBus(`main.after[${i}]`, c)).flatMap(([name, value]) => flat(name, value))),
    );

  const chains = [chain(0n), chain(1n)];
  it("moves one asset of one chain, and its queues", async () => {
    for (const on of [0, 1]) {
      for (const instrument of [0, 1, 12]) {
        for (const act of [
          { kind: "deposit", on, instrument, amount: 100n, rest: 0n },
          { kind: "deposit", on, instrument, amount: 100n, rest: 30n },
          { kind: "deposit", on, instrument, amount: 100n, rest: 100n },
          { kind: "withdraw", on, instrument, amount: 100n, rest: 0n },
        ] as const) {
          const w = await expectSatisfied(circuit, inputOf(act), wordsOf(chainsAfter(act, chains)));
          expectRigid(circuit, w, act.rest === 0n ? /noRefund\.inverse/ : undefined);
        }
      }
    }
  });

  it("moves nothing in any other kind", async () => {
    for (const kind of ["noop", "transfer", "trade", "liquidate", "cancel", "setKey"] as const) {
      for (const instrument of [-1, 0, 12]) {
        const act = { kind, on: 0, instrument: Math.max(instrument, 0), amount: 100n, rest: 0n };
        await expectSatisfied(circuit, inputOf(act, chains, { column: columnOf(instrument) }), wordsOf(chains));
      }
    }
  });

  it("pays only what the chain itself has, and holds only what fits", async () => {
    const withdraw = (instrument: number, amount: bigint, on = 0) => ({ kind: "withdraw", on, instrument, amount, rest: 0n }) as const;
    const deposit = (instrument: number, amount: bigint, on = 0) => ({ kind: "deposit", on, instrument, amount, rest: 0n }) as const;
    const rich = [chain(0n, [(1n << 95n) - 6n, (1n << 64n) - 6n, 0n]), chain(1n, [0n, 0n, (1n << 64n) - 6n])];
    for (const [yes, no, given] of [
      [withdraw(12, 1_000n), withdraw(12, 1_001n), chains],
      [withdraw(0, 2_000n, 1), withdraw(0, 2_001n, 1), chains],
      [deposit(12, 5n), deposit(12, 6n), rich],
      [deposit(0, 5n), deposit(0, 6n), rich],
      [deposit(1, 5n, 1), deposit(1, 6n, 1), rich],
    ] as const) {
      await expectSatisfied(circuit, inputOf(yes, [...given]), wordsOf(chainsAfter(yes, given)));
      await expectRefused(circuit, inputOf(no, [...given]), /Custody/);
    }
    // the other chain's custody is no help
    await expectRefused(circuit, inputOf(withdraw(12, 5n, 1), [chain(0n), chain(1n, [4n, 0n, 0n])]), /Custody/);
  });

  it("pays to 160 bits", async () => {
    const act = { kind: "withdraw", on: 0, instrument: 12, amount: 5n, rest: 0n } as const;
    for (const wide of [1n << 160n, -1n]) await expectRefused(circuit, inputOf(act, chains, { address: wide }), /Custody/);
    expect(address.toString(2)).toHaveLength(160);
  });
});
