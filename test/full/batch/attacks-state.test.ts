// Attacks on what a batch starts from and ends in: accounts that do not exist or are somebody else's, keys that anybody can sign for, roots, padding.
import { beforeAll, describe, expect, it } from "vitest";
import { SUBGROUP_ORDER } from "../../../core/eddsa.js";
import type { Account, Transition } from "../../../ledger/types.js";
import { batchWitness, type CircuitInput } from "../../../ledger/witness.js";
import { cancel, deposit, setKey, trade, transfer, withdraw } from "../../helpers/acts.js";
import { type Bench, expectNoProof, expectProven, forge, forgeBatch, type Place, tinyBench, violations } from "../../helpers/agreement.js";
import { TINY } from "../../helpers/batch-circuit.js";
import { edited, expectUnsatisfied, type Witness } from "../../helpers/circuit.js";
import { BTC_PERP, batchOf, price, userKey } from "../../helpers/ledger-fixtures.js";
import { violated } from "../../helpers/r1cs.js";
import { A, B, C, forcedInput, scene, sizes } from "../../helpers/scene.js";

let bench: Bench;
beforeAll(async () => {
  bench = await tinyBench();
});

const venue = scene();
const tree: Place = { template: /Level4Update|Replace16/, wire: /^main\.tree/ };
const signature: Place = { template: /EdDSAVerify|NegativeToMontgomery|TimesEight/, wire: /slot\[0\]\.signedBy\[0\]/ };

/** A copy of an input with the words of opening t replaced, by signal name. */
const opening = (input: CircuitInput, t: number, words: Readonly<Record<string, unknown>>): CircuitInput =>
  ({
    ...input,
    ...Object.fromEntries(Object.entries(words).map(([name, word]) => [name, (input[name] as readonly unknown[]).with(t, word)])),
  }) as CircuitInput;

const NOTHING = {
  exists: 0n,
  owner: [0n, 0n],
  exitAddress: 0n,
  nonce: 0n,
  cash: 0n,
  interestCheckpoint: 0n,
  minOrderId: 0n,
  ordersRoot: 0n,
  sizes: sizes(),
  perpCheckpoints: [0n, 0n],
};

/** The input of a transition over the scene, with other words for the opening of `index`. */
function inputOf(t: Transition, words: Readonly<Record<string, unknown>>, index = A): CircuitInput {
  const open = index === A ? [A, B] : [B, index];
  return opening(forcedInput(venue.state, batchOf(venue, [t]), TINY, open), open.indexOf(index), words);
}

describe("accounts under the old root (rows 10 and 16)", () => {
  it("cannot be denied, to be created again for somebody else", async () => {
    const thief = deposit({ owner: userKey(C).publicKey });
    await expectNoProof(bench, await forge(bench, inputOf(thief, NOTHING)), tree);
  });

  it("cannot be another account's", async () => {
    const { b } = words(forcedInput(venue.state, batchOf(venue, []), TINY));
    const t = { ...withdraw(venue, {}, { a: userKey(B) }) };
    await expectNoProof(bench, await forge(bench, inputOf(t, b)), tree);
  });

  it("cannot be made up where there is none", async () => {
    const rich = { ...words(forcedInput(venue.state, batchOf(venue, []), TINY)).a, cash: 1n << 90n };
    const t = withdraw(venue, { account: 48, nonce: 0n }, { a: userKey(A) });
    await expectNoProof(bench, await forge(bench, inputOf(t, rich, 48)), tree);
  });

  it("cannot be richer than they are", async () => {
    await expectNoProof(bench, await forge(bench, inputOf(withdraw(venue), { cash: 1n << 90n })), tree);
  });

  it("have no words while they do not exist: nothing waits for the owner of a new account", async () => {
    const touch: Place = { template: /Touch/, wire: /^main\.(cash|owner|sizes|exists|touch)\[1\]/ };
    const t = deposit({ account: 48 });
    for (const word of [{ cash: 1n << 60n }, { sizes: sizes({ 0: 5n }) }]) {
      await expectNoProof(bench, await forge(bench, inputOf(t, word, 48)), touch);
    }
  });

  it("exist once or not at all", async () => {
    const place: Place = { template: /Touch/, wire: /^main\.exists/, also: /^main\./ };
    await expectNoProof(bench, await forge(bench, inputOf(cancel(venue), { exists: 2n })), place);
  });
});

/** The words of both openings of an input, by signal name. */
function words(input: CircuitInput) {
  const of = (t: number) => Object.fromEntries(Object.keys(NOTHING).map((name) => [name, (input[name] as readonly unknown[])[t]]));
  return { a: of(0), b: of(1) };
}

describe("keys and signatures (rows 8, 12 and 15)", () => {
  const owned = (owner: Account["owner"]) => scene({ accounts: { [A]: { owner } } });

  it("refuse keys of small order, for which any scalar signs", async () => {
    for (const owner of [
      { ax: 0n, ay: 1n },
      { ax: 0n, ay: -1n },
    ]) {
      const at = owned(owner);
      const { r8x, r8y, s } = userKey(7).sign(5n);
      const t = { ...withdraw(at), signature: { r8x, r8y, s } };
      const easy = { ...t, signature: { r8x: 0n, r8y: 1n, s: 0n } }; // S * B8 = R8 + h * 0
      for (const forged of [t, easy]) await expectNoProof(bench, await forgeBatch(bench, at.state, batchOf(at, [forged])), signature);
    }
  });

  it("refuse a second encoding of a signature", async () => {
    const t = withdraw(venue);
    const twin = { ...t, signature: { ...t.signature, s: t.signature.s + SUBGROUP_ORDER } };
    await expectNoProof(bench, await forgeBatch(bench, venue.state, batchOf(venue, [twin])), signature);
  });

  it("bind the ledger and the kind", async () => {
    const elsewhere = withdraw({ ...venue, ledgerId: venue.ledgerId + 1n });
    const t = transfer(venue, { to: B, amount: 256n });
    const other = { ...t, signature: withdraw(venue, { instrument: 12, chain: 0, amount: t.amount, recipient: 0n }).signature };
    for (const forged of [elsewhere, other]) {
      await expectNoProof(bench, await forgeBatch(bench, venue.state, batchOf(venue, [forged])), signature);
    }
  });
});

describe("roots (rows 9 and 18)", () => {
  it("are both bound", async () => {
    const { witness } = await expectProven(bench, venue, cancel(venue));
    for (const name of ["main.oldRoot", "main.newRoot"]) {
      const wire = bench.circuit.symbols.wire(name);
      for (const value of [0n, 1n, (witness[wire] ?? 0n) + 1n]) expectUnsatisfied(bench.circuit, witness, { [name]: value });
    }
  });

  it("do not exchange", async () => {
    const { input } = batchWitness(venue.state, batchOf(venue, [cancel(venue)]), TINY);
    const swapped = { ...input, oldRoot: input["newRoot"] ?? 0n, newRoot: input["oldRoot"] ?? 0n };
    const forged = await forge(bench, swapped);
    expect(violations(bench.circuit, forged.witness).length).toBeGreaterThan(0);
  });
});

describe("idle accounts (row 11)", () => {
  const stale = { sizes: sizes({ [BTC_PERP]: 1_000n }), perpCheckpoints: [price(49_000) << 24n, price(30_000) << 24n] };
  const idle = scene({ accounts: { [B]: stale } });
  const wire = (name: string) => bench.circuit.symbols.wire(name);

  it("keep their leaf though their index has moved", async () => {
    const { witness, executed } = await expectProven(bench, idle, cancel(idle));
    expect(executed.changedAccounts.has(B)).toBe(false);
    expect(witness[wire("main.close[1].leaf")]).toBe(witness[wire("main.touch[1].oldLeaf")]);
  });

  it("accrue nothing, whatever the prover's hints; used ones accrue all", async () => {
    const { witness } = await expectProven(bench, idle, cancel(idle));
    // the used flag of an opening follows from the slots: neither value of either opening can be turned
    expectUnsatisfied(bench.circuit, witness, { "main.idle[1].out": 0n });
    expectUnsatisfied(bench.circuit, witness, { "main.idle[0].out": 1n });
    for (const inverse of [0n, 1n, 5n]) {
      expectUnsatisfied(bench.circuit, witness, { "main.idle[0].out": 1n, "main.idle[0].inverse": inverse });
      expectUnsatisfied(bench.circuit, witness, { "main.idle[1].out": 0n, "main.idle[1].inverse": inverse });
    }
  });
});

/** Fields that a kind does not use, filled with plausible rubbish. */
const RUBBISH: CircuitInput = {
  key: [[5n, 6n]],
  address: [7n],
  newMinOrderId: [9n],
  leastReward: [11n],
  orderId: [[5n, 70n]],
  orderSize: [[12n, 13n]],
  maxFee: [[14n, 15n]],
  expiry: [[16n, 17n]],
  reduceOnly: [[1n, 1n]],
  R8: [
    [
      [18n, 19n],
      [20n, 21n],
    ],
  ],
  S: [[22n, 23n]],
};
/** A noop may name accounts: nobody looks. */
const NAMES: CircuitInput = { a: [16n], b: [0n] };
const USED: Readonly<Record<string, readonly string[]>> = {
  noop: [],
  deposit: ["key", "address"],
  withdraw: ["address", "R8", "S"],
  transfer: ["R8", "S"],
  cancel: ["newMinOrderId", "R8", "S"],
  setKey: ["key", "R8", "S"],
};

describe("fields that a kind does not use (row 11)", () => {
  const acts: Readonly<Record<string, readonly Transition[]>> = {
    noop: [],
    deposit: [deposit()],
    withdraw: [withdraw(venue)],
    transfer: [transfer(venue)],
    cancel: [cancel(venue)],
    setKey: [setKey(venue)],
  };
  for (const [kind, transitions] of Object.entries(acts)) {
    it(`change neither root of a ${kind}`, async () => {
      const honest = forcedInput(venue.state, batchOf(venue, transitions), TINY);
      const rubbish = Object.fromEntries(Object.entries(RUBBISH).filter(([name]) => !USED[kind]?.includes(name)));
      const [plain, dirty] = [await forge(bench, honest), await forge(bench, { ...honest, ...rubbish, ...(kind === "noop" ? NAMES : {}) })];
      expect(violated(bench.circuit.r1cs, plain.witness)).toEqual([]);
      expect(dirty.input["newRoot"]).toBe(plain.input["newRoot"]);
      expect(violated(bench.circuit.r1cs, dirty.witness)).toEqual([]);
    });
  }

  it("must be 0 where they are in the batch commitment", async () => {
    const place: Place = { template: /Kinds/, wire: /^main\.(kinds\[0\]|chain|price|fee|amount)/, also: /^main\.(slot|feesRange)/ };
    const fields = { chain: [1n], instrument: [2n], fraction: [1n], amount: [5n], price: [6n], fee: [[3n, -3n]] };
    const base = forcedInput(venue.state, batchOf(venue, [cancel(venue)]), TINY);
    for (const [name, value] of Object.entries(fields)) {
      const input = { ...base, [name]: name === "fee" ? [[3n, 0n]] : value } as CircuitInput;
      await expectNoProof(bench, await forge(bench, input), place);
    }
  });
});

describe("kind flags (rows 6 and 13)", () => {
  const KINDS = ["noop", "deposit", "withdraw", "transfer", "trade", "liquidate", "cancel", "setKey"] as const;
  const set = (flags: Partial<Record<(typeof KINDS)[number], bigint>>) =>
    Object.fromEntries(Object.entries(flags).map(([kind, value]) => [`main.kinds[0].is.${kind}`, value]));
  let honest: Witness;
  beforeAll(async () => {
    honest = (await expectProven(bench, venue, trade(venue))).witness;
  });

  it("cannot be turned, doubled, dropped or split", () => {
    const flags = [
      set({ trade: 0n }),
      set({ trade: 0n, noop: 1n }),
      set({ trade: 0n, deposit: 1n, transfer: 1n }), // 1 + 3 = 4
      set({ trade: 0n, deposit: 4n, noop: -3n }),
      set({ trade: 0n, withdraw: 2n, noop: -1n }),
      set({ trade: 2n, noop: -1n }),
      set({ trade: 1n, deposit: 1n, noop: -1n }),
    ];
    for (const edits of flags) {
      expectUnsatisfied(bench.circuit, honest, edits);
      expect(violated(bench.circuit.r1cs, edited(bench.circuit, honest, edits)).length).toBeGreaterThan(0);
    }
  });
});
