// zkstate inspect --audit: every leaf, node, version and batch record recomputed, and conservation summed over all accounts.
import { EXIT } from "../../core/errors.js";
import { auditConservation } from "../../ledger/conservation.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Account } from "../../ledger/types.js";
import type { Context } from "../command.js";

function* accountsIn(pairs: Generator<readonly [number, Account]>): Generator<Account> {
  for (const [, account] of pairs) yield account;
}

export async function inspectAudit({ output, signal }: Context, store: LedgerStore): Promise<number> {
  const tree = await store.auditTree({ signal });
  const snapshot = store.snapshot();
  const conservation = auditConservation(snapshot.header, accountsIn(snapshot.accounts()));
  const ok = tree.ok && conservation.ok;
  const mark = (good: boolean) => (good ? output.paint("green", "✔") : output.paint("red", "✘"));
  const lines = [
    `${mark(tree.ok)} ${tree.accounts} accounts, ${tree.nodes} nodes and ${tree.versions} versions up to batch ${tree.batchNumber}`,
    ...tree.problems.map((problem) => `  ${problem}`),
    `${mark(conservation.ok)} conservation: every unit that the accounts and funds hold is in custody`,
    ...conservation.imbalances.map(({ what, expected, got }) => `  ${what}: expected ${expected}, got ${got}`),
  ];
  output.result(lines, { ok, tree, conservation });
  return ok ? EXIT.ok : EXIT.invalid;
}
