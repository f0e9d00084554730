// One batch as files, in an order in which a reader or a crash at any point meets only complete things: state, published data, certificate, head.
import { ZkStateError } from "../../core/errors.js";
import { batchFile, type Range } from "../../core/publication/files.js";
import { rangesEndingAt } from "../../core/publication/ranges.js";
import type { StateReader } from "../../ledger/world.js";
import type { CheckedBatch } from "../collect.js";
import type { BatchRoots } from "../source.js";
import { publishActivity } from "./activity.js";
import { type About, hasCertificate, leadsBetween, publishCertificate } from "./certificates.js";
import { type Folder, putUnlessThere } from "./folder.js";
import type { HeadsFile } from "./heads.js";
import { publishState } from "./state.js";

/** The range of one batch. */
export const rangeOf = (batchNumber: number): Range => ({ from: batchNumber - 1, to: batchNumber });

/** The states at both ends of a range, as the ledger's table has them. */
export type EndsOf = (range: Range) => BatchRoots | undefined;

/** The ends of ranges over a table of batches. */
export const endsIn =
  (roots: (batchNumber: number) => BatchRoots | undefined): EndsOf =>
  ({ from, to }) => {
    const [first, last] = [roots(from + 1), roots(to)];
    return first && last && { oldRoot: first.oldRoot, newRoot: last.newRoot };
  };

/** Whether what is published about a range is there, and of this history: its certificate, and for one batch its data too. */
export function isThere(folder: Folder, range: Range, endsOf: EndsOf): boolean {
  const isBatch = range.to - range.from === 1;
  const ends = endsOf(range);
  const isWhole = hasCertificate(folder, range) && (ends === undefined || leadsBetween(folder, range, ends));
  return isWhole && (!isBatch || (folder.size(batchFile(range.to)) ?? 0) > 0);
}

/** The ranges that end after one batch and at or before another and are not there, in the order in which they are made. */
export function* missingRanges(folder: Folder, after: number, upTo: number, largest: number, endsOf: EndsOf): Generator<Range> {
  for (let to = after + 1; to <= upTo; to++)
    for (const range of rangesEndingAt(to, largest)) if (!isThere(folder, range, endsOf)) yield range;
}

/**
 * Publishes a batch, and moves the head to it when it is further and its state can be opened.
 * @param state after the batch; undefined when it is not kept
 * @throws STORE_CORRUPT, STORE_BUSY, DISK_FULL, READ_ONLY, IO_FAILED
 */
export async function publishBatch(
  { folder, heads, about }: { readonly folder: Folder; readonly heads: HeadsFile; readonly about: About },
  { batch, certificate }: CheckedBatch,
  state: StateReader | undefined,
): Promise<void> {
  const { batchNumber, oldRoot, newRoot, envelope, report, activity } = batch;
  const opens = state !== undefined && (await isKept(() => publishState(folder, newRoot, state, report)));
  await putUnlessThere(folder, { name: batchFile(batchNumber), bytes: envelope });
  await publishCertificate(folder, about, rangeOf(batchNumber), { oldRoot, newRoot, bytes: certificate });
  if (batchNumber <= heads.batchNumber) return;
  await publishActivity(folder, activity);
  if (opens) await heads.advance(batchNumber, newRoot);
}

/** False when the state goes while it is read: somebody prunes. */
export async function isKept(read: () => Promise<void>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (e) {
    if (e instanceof ZkStateError && e.code === "INPUT_NOT_FOUND") return false;
    throw e;
  }
}
