// zkstate inspect batch N
import { EXIT, ZkStateError } from "../../core/errors.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { decodePublished, itemsOf } from "../execute/published.js";
import { kindWords } from "../prove-summary.js";

export async function inspectBatch({ output }: Context, store: LedgerStore, batchNumber: number): Promise<number> {
  const record = store.batch(batchNumber);
  if (record === undefined) {
    const expected = `1 to ${store.head().batchNumber}`;
    throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no batch ${batchNumber}.`, expected, got: `${batchNumber}` });
  }
  const published = decodePublished(store.blob(batchNumber));
  const counts: Record<string, number> = {};
  for (const { kind } of published.batch.transitions) counts[kind] = (counts[kind] ?? 0) + 1;
  const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(10))} ${value}`;
  const lines = [
    output.paint("bold", `Batch ${batchNumber}: ${kindWords(counts)}`),
    row("status", record.state),
    row("time", new Date(Number(published.batch.report.time) * 1000).toISOString()),
    row("old root", `${record.oldRoot}`),
    row("new root", `${record.newRoot}`),
    row("file", `${record.contentId}, batch ${published.part} of ${published.parts}`),
    row("circuit", published.circuit),
    row("proof", record.proofRef ?? "not proven yet: run the same `zkstate prove --batch FILE` again"),
  ];
  const { part, parts, circuit, skipped } = published;
  output.result(lines, { ...record, part, parts, circuit, skipped, transitions: counts, batch: itemsOf(published.batch) });
  return EXIT.ok;
}
