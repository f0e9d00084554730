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
import { type RunningCoordinator, runCoordinator, takeRole } from "./run-coordinator.js";

const LOOK_MS = 300;
/** A line about the wait this often, ms. */
const TELL_MS = 15_000;

/** @throws BATCH_QUARANTINED, INTERRUPTED, and what connecting to the farm throws */
export async function proveOnFarm(
  context: Context,
  numbers: readonly number[],
  listen: ReturnType<typeof listenAddress>,
): Promise<ProvenBatch[]> {
  const { settings, output } = context;
  let giveBack: (() => Promise<void>) | undefined;
  let running: RunningCoordinator | undefined;
  const before = new Set(await unprovenOf(settings.data.value, numbers));
  try {
    while ((await unprovenOf(settings.data.value, numbers)).length > 0) {
      context.signal.throwIfAborted();
      giveBack ??= await takeRole(settings.data.value);
      if (giveBack !== undefined && running === undefined) {
        const log = makeLogger({ level: output.quiet ? "silent" : "warn", json: false });
        running = await runCoordinator(context, { ...listen, reconcileMs: 5000, log });
      }
      await waitFor(context, numbers, running);
      // Another coordinator that dies leaves its role to this command.
    }
  } finally {
    await running?.stop();
    await giveBack?.();
  }
  return readProofs(settings.data.value, numbers, before);
}

async function unprovenOf(dataDir: string, numbers: readonly number[]): Promise<number[]> {
  const store = LedgerStore.open(dataDir, { readOnly: true });
  try {
    return numbers.filter((n) => store.batch(n)?.state === "executed");
  } finally {
    await store.close();
  }
}

/** Until all are proven, or for a while when another process coordinates: it may die. */
async function waitFor(
  { settings, signal, output }: Context,
  numbers: readonly number[],
  own: RunningCoordinator | undefined,
): Promise<void> {
  const started = Date.now();
  let told = started;
  let last = numbers.length;
  while (own !== undefined || Date.now() - started < TELL_MS) {
    signal.throwIfAborted();
    const open = await unprovenOf(settings.data.value, numbers);
    if (open.length === 0) return;
    await failOnQuarantine(settings.data.value, open, own?.table);
    if (open.length !== last || Date.now() - told > TELL_MS) {
      const workers = own === undefined ? "" : `, ${(await own.coordinator.snapshot()).workers.length} workers`;
      output.note(`the farm has proven ${numbers.length - open.length} of ${numbers.length}${workers}`);
      told = Date.now();
      last = open.length;
    }
    await sleep(LOOK_MS);
  }
}

async function failOnQuarantine(dataDir: string, open: readonly number[], own: FarmTable | undefined): Promise<void> {
  const table = own ?? FarmTable.open(dataDir);
  try {
    for (const batchNumber of open) {
      const task = table.get(batchNumber);
      if (task?.state !== "quarantined") continue;
      throw new ZkStateError({
        code: "BATCH_QUARANTINED",
        message: `Batch ${batchNumber} is in quarantine: ${task.reason}.`,
        next: `zkstate prove --bundle on its file in the ledger's quarantine folder, then zkstate requeue ${batchNumber}`,
      });
    }
  } finally {
    if (own === undefined) await table.close();
  }
}

async function readProofs(dataDir: string, numbers: readonly number[], before: ReadonlySet<number>): Promise<ProvenBatch[]> {
  const store = LedgerStore.open(dataDir, { readOnly: true });
  try {
    return numbers.map((n) => {
      const dir = store.batch(n)?.proofRef ?? "";
      const checked = checkFolder(readFolder(dir));
      if (checked.ok) return { dir, envelope: checked.envelope, fresh: before.has(n) };
      const next = "run the same command without --redis: it makes the proof again";
      throw new ZkStateError({ code: "PROOF_INVALID", message: `${dir}: ${checked.detail}.`, next });
    });
  } finally {
    await store.close();
  }
}
