// What the store keeps of a batch beside its record: the data that a replica needs, and how the batch belongs to its file.
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { decodeItem, encode } from "../../ledger/codec.js";
import type { Batch, Profile, Transition } from "../../ledger/types.js";
import type { SkippedItem } from "./plan.js";

export interface Published {
  readonly contentId: string;
  readonly circuit: string;
  readonly profile: Profile;
  readonly part: number;
  readonly parts: number;
  readonly executeMs: number;
  readonly batch: Batch;
  /** Only in part 1: what was left out of the file. */
  readonly skipped: readonly SkippedItem[];
  /** Only in part 1 of several: the other parts, so that an interrupted file can be finished without it. */
  readonly rest: readonly Batch[];
}

const Skipped = z.object({ index: z.int(), kind: z.string(), code: z.string(), expected: z.string(), got: z.string() });
const Schema = z.object({
  contentId: z.string(),
  circuit: z.string(),
  profile: z.object({ nTx: z.int(), nAccounts: z.int(), nLevels: z.int() }),
  part: z.int(),
  parts: z.int(),
  executeMs: z.number(),
  batch: z.array(z.unknown()),
  skipped: z.array(Skipped),
  rest: z.array(z.array(z.unknown())),
});

/** A batch as items: its report, then its transitions. */
export const itemsOf = ({ report, transitions }: Batch): unknown[] => [{ kind: "report", ...report }, ...transitions].map(encode);

/** @throws INPUT_MALFORMED, INPUT_NOT_CANONICAL when the items are not one report and transitions */
export function batchOf(items: readonly unknown[]): Batch {
  const [first, ...others] = items.map((item, index) => decodeItem(item, { index }));
  if (first?.kind !== "report")
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: "A batch begins with its report.", got: first?.kind ?? "nothing" });
  const { kind: _, ...report } = first;
  const transitions = others.map((item): Transition => {
    if (item.kind === "report" || item.kind === "genesis")
      throw new ZkStateError({ code: "INPUT_MALFORMED", message: "A batch has one report.", got: item.kind });
    return item;
  });
  return { report, transitions };
}

export const encodePublished = (p: Published): Uint8Array =>
  Buffer.from(JSON.stringify({ ...p, batch: itemsOf(p.batch), rest: p.rest.map(itemsOf) }));

/** @throws STORE_CORRUPT when the stored bytes are not a published batch */
export function decodePublished(bytes: Uint8Array): Published {
  try {
    const raw = Schema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return { ...raw, skipped: raw.skipped as unknown as readonly SkippedItem[], batch: batchOf(raw.batch), rest: raw.rest.map(batchOf) };
  } catch (cause) {
    throw new ZkStateError({
      code: "STORE_CORRUPT",
      message: "The data of a batch is unreadable.",
      next: "zkstate inspect --audit",
      cause,
    });
  }
}
