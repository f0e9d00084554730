// What `zkstate aggregate` says: for people and for machines.
import { relative } from "node:path";
import type { Held } from "../../aggregator/collect.js";
import type { AggregatorEvent } from "../../aggregator/service.js";
import type { Heads } from "../../core/publication/files.js";
import { errorText, type Output } from "../output.js";
import { type Progress, seconds } from "../progress.js";
import { shortRoot } from "../prove-summary.js";

/** What one run published. */
export interface Tally {
  batches: number;
  certificates: number;
  /** Of certificates, those of single batches included. */
  bytes: number;
}

export interface AggregateResult {
  readonly publish: string;
  readonly heads: Heads | undefined;
  readonly tally: Tally;
  readonly held: Held | undefined;
  readonly ms: number;
}

const count = (n: number, one: string, many: string): string => `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** Why nothing goes on after a batch. */
export function heldText({ batchNumber, waiting, error }: Held): string {
  const rest = waiting === 0 ? "" : `; ${count(waiting, "proven batch after it waits", "proven batches after it wait")}`;
  return `${error === undefined ? `batch ${batchNumber} has no proof yet` : errorText(error)}${rest}`;
}

/** Counts what is published and shows it while it happens: ranges as stages, the rest as notes. */
export function makeTeller(progress: Progress, watching: boolean): { readonly tally: Tally; tell(event: AggregatorEvent): void } {
  const tally: Tally = { batches: 0, certificates: 0, bytes: 0 };
  const note = (line: string) => progress.onStage({ stage: "aggregate", status: "progress", note: line });
  const tell = (event: AggregatorEvent): void => {
    switch (event.kind) {
      case "batch":
        tally.batches++;
        tally.certificates++;
        tally.bytes += event.bytes;
        if (watching) note(`batch ${event.batchNumber} is published`);
        return;
      case "aggregating": {
        const left = event.left === undefined ? "" : `, ${event.left} to go`;
        progress.label = `[${event.range.from}-${event.range.to}${left}] `;
        if (event.fraction === 0) progress.onStage({ stage: "aggregate", status: "start" });
        else progress.onStage({ stage: "aggregate", status: "progress", fraction: event.fraction });
        return;
      }
      case "certificate":
        tally.certificates++;
        tally.bytes += event.bytes;
        progress.onStage({ stage: "aggregate", status: "done" });
        return;
      case "held":
        note(heldText(event.held));
        return;
      case "trouble":
        note(`${errorText(event.error)}; it is tried again`);
        return;
      case "unrecorded":
        note("somebody else writes to the ledger: that these batches are published is recorded the next time");
    }
  };
  return { tally, tell };
}

export function aggregateLines({ publish, heads, tally, held, ms }: AggregateResult, paint: Output["paint"]): string[] {
  const row = (name: string, text: string) => `  ${paint("dim", name.padEnd(12))} ${text}`;
  const near = relative(process.cwd(), publish);
  const shown = near === "" || near.startsWith("..") ? publish : near;
  const waits = held === undefined ? [] : [paint("yellow", `Held: ${heldText(held)}.`)];
  if (heads === undefined) return ["Nothing is published yet.", ...waits];
  const { proven, complete, largest, checkpoint } = heads;
  const { batches, certificates, bytes } = tally;
  const published = `${count(batches, "batch", "batches")}, ${count(certificates, "certificate", "certificates")} of ${count(bytes, "byte", "bytes")}`;
  return [
    `${paint("green", "✔")} ${paint("bold", `published up to batch ${proven.batchNumber}`)} in ${shown}`,
    row("head", shortRoot(`${proven.root}`)),
    row("now", `${published}, in ${seconds(ms)}`),
    row("ranges", `of up to ${largest.toLocaleString("en-US")}, complete up to batch ${complete}`),
    ...(checkpoint === null ? [] : [row("checkpoint", `batch ${checkpoint}`)]),
    ...waits,
  ];
}

export function aggregateResult({ publish, heads, tally, held, ms }: AggregateResult): Record<string, unknown> {
  return {
    publish,
    head: heads === undefined ? null : { batchNumber: heads.proven.batchNumber, root: `${heads.proven.root}` },
    complete: heads?.complete ?? 0,
    largest: heads?.largest ?? 0,
    checkpoint: heads?.checkpoint ?? null,
    published: tally,
    held: held === undefined ? null : { batchNumber: held.batchNumber, waiting: held.waiting, code: held.error?.code ?? null },
    seconds: ms / 1000,
  };
}
