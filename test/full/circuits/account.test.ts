// Leaves, ranges and the touch.
import { beforeAll, describe, expect, it } from "vitest";
import { accrued } from "../../../ledger/accrued.js";
import { accountLeaf } from "../../../ledger/hashing.js";
import type { Account } from "../../../ledger/types.js";
import { accountBus, signsOf } from "../../helpers/buses.js";
import { type Circuit, expectRefused, expectSatisfied, expectUnsatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { mod, R } from "../../helpers/r1cs.js";
import { rngOf } from "../../helpers/random-run.js";
import { A, scene, sizes } from "../../helpers/scene.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";
import { extremeSizes, randomSizes } from "./portfolios.js";

const base = (over: Partial<Account> = {}): Account => {
  const account = scene().state.account(A);
  if (account === undefined) throw new Error("the scene has no account A");
  return { ...account, ...over };
};
const rng = rngOf(5);

describe("AccountLeaf", () => {
  it("is the ledger's leaf, or 0", async () => {
    const circuit = await loadCircuit({ main: "AccountLeaf()", include: ["account.circom"] });
    const portfolios = [sizes(), extremeSizes(true), extremeSizes(false), randomSizes(rng)];
    for (const [i, sizes] of portfolios.entries()) {
      const account = base({ sizes, cash: i % 2 === 0 ? -(1n << 95n) : 5n, perpCheckpoints: [-(1n << 87n), BigInt(i)], nonce: BigInt(i) });
      const { interestCheckpoint, perpCheckpoints } = account;
      const leaf = { "main.leaf": accountLeaf(account) };
      const w = await expectSatisfied(circuit, { ...accountBus("account", account), interestCheckpoint, perpCheckpoints }, leaf);
      if (i === 1) expectRigid(circuit, w);
      const none = { ...accountBus("account", account, { exists: 0n }), interestCheckpoint, perpCheckpoints };
      await expectSatisfied(circuit, none, { "main.leaf": 0n });
    }
  });
});

describe("Sizes", () => {
  it("has the widths of the rules", async () => {
    const circuit = await loadCircuit({ main: "Sizes()", include: ["account.circom"] });
    for (const all of [extremeSizes(true), extremeSizes(false), randomSizes(rng)]) {
      const negative = Object.fromEntries(all.slice(2).map((size, i) => [`main.signs[${i}]`, size < 0n ? 1n : 0n]));
      expectRigid(circuit, await expectSatisfied(circuit, { sizes: all }, negative));
    }
    const top = 1n << 47n;
    for (const [column, size] of [
      [0, -1n],
      [1, top],
      [2, top],
      [2, -top - 1n],
      [11, top],
      [11, R / 2n],
    ] as const) {
      await expectRefused(circuit, { sizes: sizes({ [column]: size }) }, /Sizes/);
    }
  });
});

const x = (hint: string) => [
  { file: "account.circom", find: "signal x <-- (total + (1 << 200)) \\ (1 << 48) - (1 << 152);", replace: `signal x <-- ${hint};` },
];
const FLOOR = "(total + (1 << 200)) \\ (1 << 48) - (1 << 152)";

describe("Touch", () => {
  let template: Template;
  beforeAll(async () => {
    // one more, one less, nothing, the quotient rounded the other way as a field element, and truncated towards zero
    template = await loadTemplate({ main: "Touch()", file: "account.circom", handedOn: ["account"] }, [
      x(`${FLOOR} + 1`),
      x(`${FLOOR} - 1`),
      x("0"),
      x("total / (1 << 48)"),
      x(`${FLOOR} + (total < 0 ? 1 : 0)`),
    ]);
  });
  const inputOf = (account: Account, perpIndex: readonly bigint[], active = true, over: Input = {}): Input => ({
    ...accountBus("account", account, { signs: 0n }),
    active: active ? 1n : 0n,
    interestCheckpoint: account.interestCheckpoint,
    perpCheckpoints: account.perpCheckpoints,
    perpIndex,
    ...over,
  });
  const wide = () => (BigInt(rng.below(2 ** 30)) << 58n) - (1n << 87n) + BigInt(rng.below(2 ** 30));

  it("pays floor(sum of size * move / 2^48) and nothing else, whatever the hint", async () => {
    for (let i = 0; i < 20; i++) {
      const account = base({ sizes: randomSizes(rng, 20), perpCheckpoints: [wide(), wide()] });
      const perpIndex = i % 2 === 0 ? account.perpCheckpoints.map((p) => p + BigInt(rng.below(2 ** 30)) - (1n << 29n)) : [wide(), wide()];
      const paid = accrued(account, perpIndex);
      const witnesses = await expectStatement(template, inputOf(account, perpIndex), true, "in range");
      for (const w of witnesses) {
        expect(signedValue(template.circuit, w, "main.accrued")).toBe(paid);
        expect(signedValue(template.circuit, w, "main.touched.cash")).toBe(account.cash + paid);
        expect(signedValue(template.circuit, w, "main.touched.signs")).toBe(signsOf(account.sizes));
      }
      expectRigid(template.circuit, witnesses[0] ?? []);
    }
  });

  it("has sums that do not wrap at the ends of all widths", async () => {
    const ends = [-(1n << 87n), (1n << 87n) - 1n];
    for (const long of [true, false]) {
      for (const [from, to] of [ends, [...ends].reverse()] as const) {
        const account = base({ cash: 0n, sizes: extremeSizes(long), perpCheckpoints: [from ?? 0n, from ?? 0n] });
        const paid = accrued(account, [to ?? 0n, to ?? 0n]);
        const fits = paid < 1n << 95n && paid >= -(1n << 95n);
        await expectStatement(template, inputOf(account, [to ?? 0n, to ?? 0n]), fits, "cash in range");
      }
    }
  });

  it("pays an account that is not used nothing, though its hint is free", async () => {
    const account = base({ sizes: sizes({ 2: 1_000n }), perpCheckpoints: [0n, 0n] });
    const witnesses = await expectStatement(template, inputOf(account, [5n << 48n, 0n], false), true, "idle");
    expect(witnesses.length).toBeGreaterThan(1);
    for (const w of witnesses) {
      expect(signedValue(template.circuit, w, "main.accrued")).toBe(0n);
      expect(signedValue(template.circuit, w, "main.touched.cash")).toBe(account.cash);
    }
    expectRigid(template.circuit, witnesses[0] ?? [], /main\.(x|rest)/);
  });

  it("lets an account that does not exist have no words", async () => {
    const nothing = base({
      owner: { ax: 0n, ay: 0n },
      exitAddress: 0n,
      cash: 0n,
      interestCheckpoint: 0n,
      minOrderId: 0n,
      perpCheckpoints: [0n, 0n],
    });
    const absent = inputOf(nothing, [5n, 7n], true, { "account.exists": 0n, "account.ordersRoot": 0n });
    const [w] = await expectStatement(template, absent, true, "absent");
    expect(signedValue(template.circuit, w ?? [], "main.oldLeaf")).toBe(0n);
    const words: Input = {
      "account.owner": [1n, 0n],
      "account.exitAddress": 1n,
      "account.nonce": 1n,
      "account.cash": 1n,
      "account.minOrderId": 1n,
      "account.ordersRoot": 1n,
      interestCheckpoint: 1n,
      perpCheckpoints: [0n, 1n],
    };
    for (const [name, value] of Object.entries(words)) await expectStatement(template, { ...absent, [name]: value }, false, name);
    await expectStatement(template, { ...absent, "account.owner": [0n, 1n] }, false, "owner[1]");
    await expectStatement(template, { ...absent, perpCheckpoints: [1n, 0n] }, false, "checkpoint[0]");
    for (let i = 0; i < 12; i++) await expectStatement(template, { ...absent, "account.sizes": sizes({ [i]: 1n }) }, false, `size ${i}`);
    for (const exists of [2n, -1n, (R + 1n) / 2n])
      await expectStatement(template, { ...absent, "account.exists": exists }, false, "a part of an account");
  });

  it("gives the signs of the sizes: none can be turned", async () => {
    const circuit: Circuit = template.circuit;
    const w = await circuit.witness(inputOf(base({ sizes: sizes({ 2: 5n, 7: -5n }) }), [0n, 0n]));
    const at = circuit.symbols.wire("main.touched.signs");
    for (const signs of [0n, 1n, 33n, 1n << 10n]) expectUnsatisfied(circuit, w, { "main.touched.signs": mod((w[at] ?? 0n) + 1n + signs) });
  });
});
