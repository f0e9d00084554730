// A stored batch executed again over the state before it: what its proof speaks of, and the circuit's input.
import { type Instance, instance } from "../../circuits/instances.js";
import { ZkStateError } from "../../core/errors.js";
import { type Executed, executeBatch } from "../../ledger/batch.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Header, Profile } from "../../ledger/types.js";
import { type CircuitInput, circuitInput } from "../../ledger/witness.js";
import { decodePublished, type Published } from "./published.js";

export interface PreparedBatch {
  readonly published: Published;
  readonly before: Header;
  readonly executed: Executed;
  readonly input: CircuitInput;
}

/** @throws STORE_CORRUPT when the rules refuse it now, INPUT_NOT_FOUND when the state before it is pruned */
export function prepareBatch(store: LedgerStore, batchNumber: number): PreparedBatch {
  const published = decodePublished(store.blob(batchNumber));
  const before = store.snapshot(batchNumber - 1);
  const profile = { id: published.circuit, ...published.profile };
  const executed = executeBatch(before, published.batch, profile);
  if (!executed.ok)
    throw new ZkStateError({ code: "STORE_CORRUPT", message: `The stored batch ${batchNumber} is refused: ${executed.refusal.code}.` });
  return { published, before: before.header, executed, input: circuitInput(before, executed, profile) };
}

/** The profile under which a batch was executed. @throws VERSION_MISMATCH when the profile has changed since */
export function profileOf({ circuit, profile }: Pick<Published, "circuit" | "profile">): Instance {
  const now = instance(circuit);
  const show = ({ nTx, nAccounts, nLevels }: Profile) => `${nTx} slots, ${nAccounts} accounts, ${nLevels} levels`;
  if (show(now) === show(profile)) return now;
  const next = "prove the batch with the version of zkstate that executed it";
  throw new ZkStateError({
    code: "VERSION_MISMATCH",
    message: `The profile ${circuit} has changed.`,
    expected: show(profile),
    got: show(now),
    next,
  });
}
