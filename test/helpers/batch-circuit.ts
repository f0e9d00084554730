// The batch circuit in tests: small profiles, and the honest witness of a batch over a venue's state.
import type { Profile, Transition } from "../../ledger/types.js";
import { batchWitness } from "../../ledger/witness.js";
import type { StateReader } from "../../ledger/world.js";
import { type Circuit, type CircuitPlan, expectSatisfied, loadCircuit } from "./circuit.js";
import { batchOf, type Venue } from "./ledger-fixtures.js";

export const TINY: Profile = { nTx: 1, nAccounts: 2, nLevels: 4 };
export const SMALL: Profile = { nTx: 3, nAccounts: 3, nLevels: 4 };

export const batchPlan = ({ nTx, nAccounts, nLevels }: Profile): CircuitPlan => ({
  main: `Batch(${nTx}, ${nAccounts}, ${nLevels})`,
  include: ["batch.circom"],
  public: ["oldRoot", "newRoot"],
});

/** The instance of a profile, compiled once and cached. */
export const batchCircuit = (profile: Profile): Promise<Circuit> => loadCircuit(batchPlan(profile));

/** Executes transitions over the venue's state, and checks that the circuit accepts the honest witness; returns it. */
export async function proveHonest(
  circuit: Circuit,
  profile: Profile,
  venue: Venue,
  transitions: readonly Transition[],
  state: StateReader = venue.state,
) {
  const { input, executed } = batchWitness(state, batchOf(venue, transitions), profile);
  const witness = await expectSatisfied(circuit, input);
  return { input, executed, witness };
}
