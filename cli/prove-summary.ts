// What `zkstate prove` says when it is done: for people and for machines.
import { relative } from "node:path";
import type { BatchFile } from "./batch-file.js";
import type { SkippedItem } from "./execute/plan.js";
import type { Output } from "./output.js";
import { seconds } from "./progress.js";
import type { Envelope } from "./proof/envelope.js";
import type { ProvenBatch } from "./proof/prove-batches.js";
import type { Settings } from "./settings.js";

export interface ProveResult {
  readonly file: string;
  readonly proven: readonly ProvenBatch[];
  readonly skipped: readonly SkippedItem[];
  /** False when the ledger had executed the file before. */
  readonly fresh: boolean;
  readonly seconds: number;
}

/** How a number of transitions of one kind reads. */
const WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  deposit: ["deposit", "deposits"],
  withdraw: ["withdrawal", "withdrawals"],
  transfer: ["transfer", "transfers"],
  trade: ["trade", "trades"],
  liquidate: ["liquidation", "liquidations"],
  cancel: ["mass cancel", "mass cancels"],
  setKey: ["key change", "key changes"],
  noop: ["no-op", "no-ops"],
};

/** Transitions of a published batch by kind, the report left out. */
export function kindsOf(envelope: Envelope): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of envelope.batch.slice(1)) {
    const kind = typeof item === "object" && item !== null && "kind" in item ? String(item.kind) : "unknown";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

export function kindWords(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([kind, n]) => `${n} ${WORDS[kind]?.[n === 1 ? 0 : 1] ?? kind}`);
  return parts.length === 0 ? "a price report only" : parts.join(", ");
}

/** A root short enough for a line: first and last digits of its hexadecimal form. */
export const shortRoot = (root: string): string => {
  const hex = BigInt(root).toString(16).padStart(64, "0");
  return `${hex.slice(0, 8)}…${hex.slice(-8)}`;
};

const shownPath = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
};

const total = (proven: readonly ProvenBatch[]): number => proven.reduce((sum, { envelope }) => sum + envelope.batch.length - 1, 0);

function batchLines({ dir, envelope, fresh }: ProvenBatch, paint: Output["paint"]): string[] {
  const { timings, circuit } = envelope;
  const row = (name: string, text: string) => `  ${paint("dim", name.padEnd(6))} ${text}`;
  const times = `executed ${seconds(timings.executeMs)}, witness ${seconds(timings.witnessMs)}, proof ${seconds(timings.proveMs)}, verified ${seconds(timings.verifyMs)}`;
  return [
    "",
    `${paint("green", "✔")} ${paint("bold", `batch ${envelope.batchNumber}`)}  ${kindWords(kindsOf(envelope))}${fresh ? "" : paint("dim", "  (proven before)")}`,
    row("state", `${shortRoot(envelope.oldRoot)} → ${shortRoot(envelope.newRoot)}`),
    row("times", times),
    row(
      "proof",
      `${shownPath(dir)}  ${paint("dim", `${circuit.constraints.toLocaleString("en-US")} constraints, ${envelope.prover.backend}`)}`,
    ),
  ];
}

export function proveLines(result: ProveResult, settings: Settings, paint: Output["paint"]): string[] {
  const { proven, skipped } = result;
  if (proven.length === 0)
    return [`The ledger in ${shownPath(settings.data.value)} is ready. The file holds no price report, so there is nothing to prove.`];
  const batches = proven.length === 1 ? "1 batch" : `${proven.length} batches`;
  const n = total(proven);
  const told = [
    `Every one of ${n} ${n === 1 ? "transition" : "transitions"} was authorised by its signer and kept the rules: prices signed by the`,
    "committee, margin after every trade, liquidations only below maintenance, not a unit created or lost.",
  ];
  const development = proven.some(({ envelope }) => envelope.keys.kind === "development");
  const out = shownPath(settings.out.value);
  return [
    paint("bold", `Proven and verified: ${batches}, ${n} ${n === 1 ? "transition" : "transitions"} in ${seconds(result.seconds * 1000)}.`),
    ...told,
    ...proven.flatMap((batch) => batchLines(batch, paint)),
    "",
    ...(skipped.length === 0
      ? []
      : [paint("yellow", `Left out: ${skipped.length} refused, by index: ${skipped.map((s) => `${s.index} ${s.code}`).join(", ")}`)]),
    ...(development
      ? [paint("yellow", "Development keys: good for trying out, not for strangers' money (zkstate setup --ptau FILE).")]
      : []),
    `${paint("dim", "check it ")} zkstate verify ${out}`,
    `${paint("dim", "look in  ")} zkstate inspect state`,
  ];
}

export function proveResult({ proven, skipped, fresh, seconds: took }: ProveResult, file: BatchFile): unknown {
  return {
    ok: true,
    contentId: file.contentId,
    executed: fresh ? "now" : "before",
    batches: proven.map(({ dir, envelope, fresh: proved }) => ({
      batchNumber: envelope.batchNumber,
      dir,
      proved: proved ? "now" : "before",
      oldRoot: envelope.oldRoot,
      newRoot: envelope.newRoot,
      transitions: kindsOf(envelope),
      circuit: envelope.circuit,
      keys: envelope.keys,
      prover: envelope.prover,
      timings: envelope.timings,
    })),
    skipped,
    seconds: took,
  };
}
