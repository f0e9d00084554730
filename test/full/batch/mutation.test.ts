// Every wire of the batch circuit, one at a time and to first order: what a prover can change in an honest witness of each kind.
import { beforeAll, describe, expect, it } from "vitest";
import type { Transition } from "../../../ledger/types.js";
import { batchWitness } from "../../../ledger/witness.js";
import { cancel, deposit, liquidate, setKey, trade, transfer, withdraw } from "../../helpers/acts.js";
import { batchCircuit, TINY } from "../../helpers/batch-circuit.js";
import { type Circuit, expectSatisfied, type Witness } from "../../helpers/circuit.js";
import { freedom } from "../../helpers/jacobian.js";
import { BTC_CALL, BTC_PERP, BTC_SPOT, batchOf, ETH_SPOT, quote, type Venue } from "../../helpers/ledger-fixtures.js";
import { freeWires } from "../../helpers/mutate.js";
import { isInput } from "../../helpers/r1cs.js";
import { A, B, scene, sizes } from "../../helpers/scene.js";
import { BENIGN, type Benign, IGNORED } from "./benign.js";

const LOTS = 100_000n;
const mixed = scene({
  accounts: {
    [A]: { sizes: sizes({ [BTC_SPOT]: 500n, 2: 1_000n, 4: -7n, 9: 3n }) },
    [B]: { sizes: sizes({ [ETH_SPOT]: 50n, 3: -1_000n, 5: 7n, 8: -3n }) },
  },
});
const poor = scene({ accounts: { [B]: { cash: quote(900), sizes: sizes({ [BTC_PERP]: LOTS }) } } });
const full = scene({ accounts: { [A]: { cash: (1n << 95n) - 6n } } });
const bankrupt = scene({
  accounts: { [A]: { cash: -quote(40), sizes: sizes({ [BTC_PERP]: LOTS, [BTC_CALL]: -11n }) } },
  markets: { insurance: quote(11) },
});
/** Deep below maintenance and dust at once, and insurance has exactly the top-up and the bounty. */
const gone = scene({ accounts: { [A]: { cash: -quote(40), sizes: sizes({ [BTC_PERP]: LOTS }) } }, markets: { insurance: quote(45) } });
const short = scene({ accounts: { [A]: { cash: quote(725), sizes: sizes({ [BTC_PERP]: -LOTS, [BTC_SPOT]: 9n }) } } });

const acts: Readonly<Record<string, readonly [Venue, readonly Transition[]]>> = {
  noop: [mixed, []],
  "trade of a perpetual": [mixed, [trade(mixed, { buyerFee: 3n, sellerFee: -1n })]],
  "trade of an option": [mixed, [trade(mixed, { instrument: 9, amount: 5n })]],
  "reduction of a poor account": [poor, [trade(poor, { amount: LOTS / 2n, sellerFee: 1_000n, sell: { reduceOnly: true } })]],
  "deposit that opens an account": [mixed, [deposit({ account: 48 })]],
  "deposit with a refund": [full, [deposit({ amount: 10n })]],
  withdraw: [mixed, [withdraw(mixed, { instrument: BTC_SPOT, amount: 3n })]],
  transfer: [mixed, [transfer(mixed)]],
  cancel: [mixed, [cancel(mixed)]],
  setKey: [mixed, [setKey(mixed)]],
  "liquidate with a deficit": [bankrupt, [liquidate(bankrupt)]],
  "liquidate all": [gone, [liquidate(gone, { fraction: 4 })]],
  "liquidate with a surplus": [short, [liquidate(short, { fraction: 2 })]],
};

const unexplained = (names: readonly string[], benign: readonly Benign[]) =>
  names.filter((name) => !benign.some(({ wire }) => wire.test(name)));

describe("an honest witness", () => {
  let circuit: Circuit;
  let inputs: readonly number[];
  const seen: string[] = [];
  beforeAll(async () => {
    circuit = await batchCircuit(TINY);
    inputs = Array.from({ length: circuit.r1cs.nWires }, (_, wire) => wire).filter((wire) => wire > 0 && isInput(circuit.r1cs, wire));
  });

  for (const [name, [venue, transitions]] of Object.entries(acts)) {
    it(`of ${name} is rigid but for benign hints`, async () => {
      const { input } = batchWitness(venue.state, batchOf(venue, transitions), TINY);
      const w: Witness = await expectSatisfied(circuit, input);
      const alone = freeWires(circuit, w, 20261121n);
      expect(unexplained(alone, BENIGN), "free alone").toEqual([]);
      expect(unexplained(freeWires(circuit, w, 7n, [...inputs]), IGNORED), "inputs that nothing binds").toEqual([]);
      const { nWires, rank, free } = freedom(circuit, w);
      expect(unexplained(free, BENIGN), "free to first order").toEqual([]);
      expect(rank, `rank of ${nWires} wires`).toBe(nWires - free.length);
      seen.push(...alone, ...free);
    });
  }

  it("shows every benign freedom somewhere: the list has no dead entries", () => {
    const dead = BENIGN.filter(({ wire }) => !seen.some((name) => wire.test(name)));
    expect(dead.map(({ because }) => because).join("; ")).toBe("");
  });
});
