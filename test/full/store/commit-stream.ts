// Child of the store's tests: commits random batches until it is killed or stopped, and tells each one on stdout once it is on the disk.
// commit-stream <dir> <seed> <count> [prune]
import { writeSync } from "node:fs";
import { ZkStateError } from "../../../core/errors.js";
import { LedgerStore } from "../../../ledger/store/ledger-store.js";
import { commitRandom, randomFrom } from "../../unit/ledger/store/store-fixtures.js";

const [dir = "", seed = "0", count = "0", prune] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const store = LedgerStore.open(dir);
  say("open");
  const random = randomFrom(Number(seed));
  for (let i = 0; i < Number(count); i++) {
    const { batch } = commitRandom(store, random);
    say(`committed ${batch.batchNumber} ${batch.newRoot}`);
    if (prune !== undefined && i % 4 === 3) await store.prune(3, { evenUnproven: true });
  }
  say("done");
  // Left open on purpose with "hold": a writer that only a signal ends.
  if (prune === "hold") setInterval(() => undefined, 1000);
  else await store.close();
} catch (error) {
  const known = error instanceof ZkStateError ? error : undefined;
  say(`error ${known?.code ?? String(error)} ${JSON.stringify(known?.details ?? {})}`);
  process.exitCode = known?.exitCode ?? 1;
}
