// `zkstate prove --redis`: the farm proves, and this command waits. It coordinates itself unless another coordinator of the ledger runs.
import { setTimeout as sleep } from "node:timers/promises";
import { ZkStateError } from "../../core/errors.js";
import { makeLogger } from "../../farm/logging.js";
import { FarmTable } from "../../farm/table.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { checkFolder } from "../proof/check.js";
import { readFolder } from "../proof/folder.js";
import type { ProvenBatch } from "../proof/prove-batches.js";
import type { listenAddress } from "./numbers.js";
import { type Role, type RunningCoordinator, runCoordinator, takeRole } from "./run-coordinator.js";

const LOOK_MS = 300;
/** Redis may be away; the wait goes on. */
const SNAPSHOT_MS = 2000;
/** A line about the wait this often, ms. */
const TELL_MS = 15_000;

/** @throws BATCH_QUARANTINED, INTERRUPTED, and what connecting to the farm throws */
export async function proveOnFarm(
  context: Context,
  numbers: readonly number[],
  listen: ReturnType<typeof listenAddress>,
): Promise<ProvenBatch[]> {
  const { settings, output, signal } = context;
  let role: Role | undefined;
  let running: RunningCoordinator | undefined;
  const store = LedgerStore.open(settings.data.value, { writesSometimes: true });
  const unproven = () => numbers.filter((n) => store.batch(n)?.state === "executed");
  const before = unproven();
  const tell = teller(output, numbers.length);
  try {
    for (let open = before; open.length > 0; open = unproven()) {
      signal.throwIfAborted();
      // Another coordinator that dies leaves its role to this command.
      role ??= await takeRole(settings.data.value);
      role?.lost.throwIfAborted();
      if (role !== undefined && running === undefined) {
        const log = makeLogger({ level: output.quiet ? "silent" : "warn", json: false });
        running = await runCoordinator(context, store, { ...listen, reconcileMs: 5000, log });
      }
      await failOnQuarantine(settings.data.value, open, running?.table);
      await tell(open.length, running);
      await sleep(LOOK_MS);
    }
    return readProofs(store, numbers, before);
  } finally {
    await running?.stop();
    await store.close();
    await role?.giveBack();
  }
}

/** A line whenever something was proven, and once in a while. */
function teller(output: Context["output"], total: number): (open: number, own: RunningCoordinator | undefined) => Promise<void> {
  let told = Date.now();
  let last = total;
  return async (open, own) => {
    if (open === last && Date.now() - told < TELL_MS) return;
    [told, last] = [Date.now(), open];
    const snapshot = await Promise.race([own?.coordinator.snapshot().catch(() => undefined), sleep(SNAPSHOT_MS, undefined)]);
    const able = snapshot?.workers.filter(({ tripped }) => !tripped).length;
    output.note(`the farm has proven ${total - open} of ${total}${able === undefined ? "" : `; workers in service: ${able}`}`);
  };
}

async function failOnQuarantine(dataDir: string, open: readonly number[], own: FarmTable | undefined): Promise<void> {
  const tasks = (table: FarmTable) => open.flatMap((n) => table.get(n) ?? []);
  const found = own === undefined ? await FarmTable.look(dataDir, tasks) : tasks(own);
  const task = found.find(({ state }) => state === "quarantined");
  if (task === undefined) return;
  throw new ZkStateError({
    code: "BATCH_QUARANTINED",
    message: `Batch ${task.batchNumber} is in quarantine: ${task.reason}.`,
    next: `zkstate prove --bundle on its file in the ledger's quarantine folder, then zkstate requeue ${task.batchNumber}`,
  });
}

function readProofs(store: LedgerStore, numbers: readonly number[], before: readonly number[]): ProvenBatch[] {
  return numbers.map((n) => {
    const dir = store.batch(n)?.proofRef ?? "";
    const checked = checkFolder(readFolder(dir));
    if (checked.ok) return { dir, envelope: checked.envelope, fresh: before.includes(n) };
    const next = "run the same command without --redis: it makes the proof again";
    throw new ZkStateError({ code: "PROOF_INVALID", message: `${dir}: ${checked.detail}.`, next });
  });
}
