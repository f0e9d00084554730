// Kinds: exactly the eight kinds with the fields of the table, and one set of flags for each.
import { beforeAll, describe, expect, it } from "vitest";
import { type Circuit, edited, expectRefused, expectSatisfied, loadCircuit } from "../../helpers/circuit.js";
import { constraintsOf, holds, wiresOf } from "../../helpers/r1cs.js";
import { expectRigid } from "../gadgets/rigid.js";

interface Fields {
  readonly kind: number;
  readonly instrument: number;
  readonly chain: number;
  readonly fraction: number;
  readonly amount: bigint;
  readonly price: number;
  readonly fee: readonly [number, number];
}

const NAMES = ["noop", "deposit", "withdraw", "transfer", "trade", "liquidate", "cancel", "setKey"];
const CODES = [0, 1, 2, 3, 4, 5, 8, 9];
const MOVES = [1, 2, 3];

/** The table at the head of kinds.circom, written again. */
function allowed({ kind, instrument, chain, fraction, amount, price, fee }: Fields): boolean {
  const moves = MOVES.includes(kind);
  const columns = moves ? [0, 1, 12] : kind === 4 ? Array.from({ length: 12 }, (_, i) => i) : [0];
  const most = instrument === 12 ? 1n << 60n : 1n << 46n;
  return (
    CODES.includes(kind) &&
    columns.includes(instrument) &&
    (chain === 0 || (chain === 1 && (kind === 1 || kind === 2))) &&
    (kind === 5 ? [1, 2, 4].includes(fraction) : fraction === 0) &&
    (moves || kind === 4 ? amount >= 1n && amount < most : amount === 0n) &&
    (kind === 4 || (price === 0 && fee[0] === 0 && fee[1] === 0))
  );
}

const honest = (kind: number): Fields => ({
  kind,
  instrument: MOVES.includes(kind) ? 12 : kind === 4 ? 2 : 0,
  chain: 0,
  fraction: kind === 5 ? 2 : 0,
  amount: MOVES.includes(kind) || kind === 4 ? 7n : 0n,
  price: kind === 4 ? 9 : 0,
  fee: kind === 4 ? [3, -2] : [0, 0],
});

/** Every kind number up to 16 with each field on its own moved through its values. */
function* neighbours(): Generator<Fields> {
  for (let kind = 0; kind <= 16; kind++) {
    const base = honest(kind);
    for (let instrument = -1; instrument <= 16; instrument++) yield { ...base, instrument };
    for (const instrument of [0, 1, 12]) {
      for (const amount of [0n, 1n, (1n << 46n) - 1n, 1n << 46n, (1n << 60n) - 1n, 1n << 60n, -1n]) yield { ...base, instrument, amount };
    }
    for (const chain of [1, 2, -1]) yield { ...base, chain };
    for (let fraction = -1; fraction <= 8; fraction++) yield { ...base, fraction };
    yield { ...base, price: 5 };
    yield { ...base, fee: [1, 0] };
    yield { ...base, fee: [0, -1] };
  }
}

describe("Kinds", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await loadCircuit({ main: "Kinds()", include: ["kinds.circom"] });
  });

  it("accepts exactly the fields of the table", async () => {
    let accepted = 0;
    for (const fields of neighbours()) {
      if (allowed(fields)) {
        await expectSatisfied(circuit, { ...fields });
        accepted++;
      } else {
        await expectRefused(circuit, { ...fields }, /Kinds/);
      }
    }
    expect(accepted).toBeGreaterThan(60);
  });

  it("has one set of flags for a kind, and none for the reserved ones", async () => {
    const wires = ["kind", ...NAMES.map((name) => `is.${name}`)].map((name) => circuit.symbols.wire(`main.${name}`));
    // the constraints on nothing but the kind and its flags
    const own = [...new Set(wires.flatMap((wire) => constraintsOf(circuit.r1cs, wire)))].filter((i) =>
      wiresOf(circuit.r1cs, i).every((wire) => wires.includes(wire)),
    );
    const w = await circuit.witness({ ...honest(4) });
    for (let kind = 0; kind <= 40; kind++) {
      const solutions: number[] = [];
      for (let flags = 0; flags < 256; flags++) {
        const bits = Object.fromEntries(NAMES.map((name, i) => [`main.is.${name}`, BigInt((flags >> i) & 1)]));
        const v = edited(circuit, w, { "main.kind": BigInt(kind), ...bits });
        if (own.every((i) => holds(circuit.r1cs, i, v))) solutions.push(flags);
      }
      expect(solutions, `kind ${kind}`).toEqual(CODES.includes(kind) ? [1 << CODES.indexOf(kind)] : []);
    }
  });

  it("is rigid but for the inverse of no amount", async () => {
    for (const kind of CODES)
      expectRigid(circuit, await circuit.witness({ ...honest(kind) }), kind === 4 || MOVES.includes(kind) ? undefined : /inverse/);
    for (const fraction of [1, 2, 4]) expectRigid(circuit, await circuit.witness({ ...honest(5), fraction }), /inverse/);
    for (const instrument of [0, 1, 12]) expectRigid(circuit, await circuit.witness({ ...honest(1), instrument, chain: 1 }));
  });
});
