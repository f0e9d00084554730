// Bringing a batch file into the ledger: at most once, all of it or nothing, and finished after an interruption.
import type { Instance } from "../../circuits/instances.js";
import { asZkStateError, ZkStateError } from "../../core/errors.js";
import type { Executed } from "../../ledger/batch.js";
import type { GenesisItem } from "../../ledger/codec.js";
import { genesis } from "../../ledger/genesis.js";
import { stateRoot } from "../../ledger/hashing.js";
import { emptyState } from "../../ledger/memory-state.js";
import { hasData } from "../../ledger/store/engine.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Header } from "../../ledger/types.js";
import type { BatchFile } from "../batch-file.js";
import { type Plan, planFile, replay, type SkippedItem } from "./plan.js";
import { decodePublished, encodePublished, type Published } from "./published.js";

export interface ExecutedFile {
  readonly store: LedgerStore;
  /** Batch numbers of the file, rising. */
  readonly numbers: readonly number[];
  readonly skipped: readonly SkippedItem[];
  /** False when the ledger had executed this file before. */
  readonly fresh: boolean;
  /** Batches of an interrupted file that had to be finished first. */
  readonly finished: readonly number[];
}

/**
 * Executes a file on the ledger in `dir`, creating the ledger if the file begins with a genesis. The caller closes the store.
 * @throws TRANSITION_REFUSED, REPORT_REFUSED with the ledger unchanged; CONFIG_INVALID for another genesis; INPUT_NOT_FOUND without a ledger
 */
export async function executeFile(dir: string, file: BatchFile, instance: Instance, skipInvalid: boolean): Promise<ExecutedFile> {
  if (!hasData(dir)) return firstFile(dir, file, instance, skipInvalid);
  const store = LedgerStore.open(dir);
  try {
    if (file.genesis !== undefined) checkGenesis(store, file.genesis);
    const finished = finishInterrupted(store);
    const known = store.batchesWithContent(file.contentId);
    if (known.length > 0) return { store, numbers: known, skipped: skippedOf(store, known), fresh: false, finished };
    const started = performance.now();
    const plan = planFile(store.snapshot(), file, instance, skipInvalid);
    const numbers = commitPlan(store, plan, file, instance, performance.now() - started);
    return { store, numbers, skipped: plan.skipped, fresh: true, finished };
  } catch (e) {
    await store.close();
    throw e;
  }
}

/** The first file of a ledger: tried in memory before the ledger is created, so that a refused file leaves nothing behind. */
async function firstFile(dir: string, file: BatchFile, instance: Instance, skipInvalid: boolean): Promise<ExecutedFile> {
  if (file.genesis === undefined) {
    const next = "begin the file with a genesis item, or run `zkstate init --genesis FILE`, or point --data to the ledger";
    throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no ledger in ${dir}.`, next });
  }
  const header = genesis(file.genesis);
  const started = performance.now();
  const plan = planFile(emptyState(header, file.genesis.nLevels), file, instance, skipInvalid);
  const store = createUnlessThere(dir, header, file.genesis.nLevels);
  if (store === undefined) return executeFile(dir, file, instance, skipInvalid);
  try {
    const numbers = commitPlan(store, plan, file, instance, performance.now() - started);
    return { store, numbers, skipped: plan.skipped, fresh: true, finished: [] };
  } catch (e) {
    await store.close();
    throw e;
  }
}

/** Undefined when another command made the ledger meanwhile. */
function createUnlessThere(dir: string, header: Header, nLevels: number): LedgerStore | undefined {
  try {
    return LedgerStore.create(dir, header, nLevels);
  } catch (e) {
    if (asZkStateError(e).code === "USAGE" && hasData(dir)) return undefined;
    throw e;
  }
}

/** State root before the first batch. */
export const genesisRoot = (store: LedgerStore): bigint => store.batch(1)?.oldRoot ?? store.head().root;

/** @throws CONFIG_INVALID when the ledger began with another genesis */
export function checkGenesis(store: LedgerStore, item: GenesisItem): void {
  const [expected, got] = [genesisRoot(store), stateRoot(genesis(item))];
  if (expected === got) return;
  const next = "use another folder with --data, or a file made for this ledger";
  const message = "The file's genesis is not that of the ledger.";
  throw new ZkStateError({
    code: "CONFIG_INVALID",
    message,
    expected: `genesis root ${expected}`,
    got: `${got}`,
    next,
    details: { index: 0 },
  });
}

const skippedOf = (store: LedgerStore, numbers: readonly number[]): readonly SkippedItem[] =>
  numbers[0] === undefined ? [] : decodePublished(store.blob(numbers[0])).skipped;

function commitPlan(store: LedgerStore, plan: Plan, file: BatchFile, instance: Instance, ms: number): number[] {
  const parts = plan.executed.length;
  if (parts === 0 && plan.skipped.length > 0) {
    const message = `Every report of the file is refused: ${plan.skipped[0]?.code}.`;
    throw new ZkStateError({ code: "REPORT_REFUSED", message, details: { skipped: plan.skipped } });
  }
  const rest = plan.executed.slice(1).map((e) => e.batch);
  return plan.executed.map((executed, i) => {
    const first = i === 0 ? { skipped: plan.skipped, rest } : { skipped: [], rest: [] };
    return commitOne(store, executed, { ...identity(file.contentId, instance), part: i + 1, parts, executeMs: ms / parts, ...first });
  });
}

type PublishedBy = Pick<Published, "contentId" | "circuit" | "profile">;

const identity = (contentId: string, { id, nTx, nAccounts, nLevels }: Instance): PublishedBy => ({
  contentId,
  circuit: id,
  profile: { nTx, nAccounts, nLevels },
});

function commitOne(store: LedgerStore, executed: Executed, published: Omit<Published, "batch">): number {
  const { newHeader, oldRoot, newRoot, changedAccounts, changedNodes, batch } = executed;
  const batchNumber = Number(newHeader.meta.batchNumber);
  const { contentId, profile } = published;
  const blob = encodePublished({ ...published, batch });
  store.commit({ batchNumber, oldRoot, newRoot, contentId, profile, blob }, newHeader, changedAccounts, changedNodes);
  return batchNumber;
}

/** A process that died between two batches of a file left its first ones: the others follow now. @returns their numbers */
export function finishInterrupted(store: LedgerStore): number[] {
  const { batchNumber: head } = store.head();
  if (store.batch(head) === undefined) return [];
  const last = decodePublished(store.blob(head));
  if (last.part === last.parts) return [];
  const first = decodePublished(store.blob(head - last.part + 1));
  const executed = replay(store.snapshot(), first.rest.slice(last.part - 1), last.profile);
  return executed.map((done, i) => commitOne(store, done, { ...last, part: last.part + 1 + i, skipped: [], rest: [] }));
}
