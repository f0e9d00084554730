// `zkstate status` for people.
import { plain } from "../../farm/logging.js";
import type { Output } from "../output.js";
import { seconds } from "../progress.js";
import type { BatchStatus, FarmStatus, Stage } from "./status.js";

const MARKS: Readonly<Record<Stage, readonly [Parameters<Output["paint"]>[0], string]>> = {
  proven: ["green", "✔"],
  aggregated: ["green", "✔"],
  settled: ["green", "✔"],
  superseded: ["green", "✔"],
  proving: ["cyan", "▶"],
  queued: ["dim", "·"],
  waiting: ["dim", "·"],
  executed: ["dim", "·"],
  blocked: ["yellow", "‖"],
  quarantined: ["red", "✘"],
};

function batchLine(batch: BatchStatus, paint: Output["paint"]): string {
  const { batchNumber, stage, worker, ageMs, deaths, failures, reason } = batch;
  const [style, mark] = MARKS[stage];
  const troubles = [deaths > 0 ? `${deaths} died` : "", failures > 0 ? `${failures} failed` : ""].filter((text) => text !== "").join(", ");
  const parts = [worker === undefined ? "" : `by ${worker}`, ageMs === undefined ? "" : seconds(ageMs), troubles, reason ?? ""];
  const told = parts.filter((part) => part !== "").map(plain);
  return `${paint(style, mark)} batch ${`${batchNumber}`.padEnd(7)} ${stage.padEnd(12)} ${told.join(", ")}`.trimEnd();
}

export function statusLines(status: FarmStatus, paint: Output["paint"]): string[] {
  const { head, proven, unproven, aggregated, provenUpTo, quarantined, batches, redis } = status;
  const published = aggregated === 0 ? "" : `, ${aggregated} published`;
  const gap = provenUpTo === head ? "" : `, without a gap up to batch ${provenUpTo}`;
  const lines = [
    paint("bold", `${head} batches, ${proven} proven${gap}${published}, ${unproven} to prove`),
    ...batches.map((batch) => batchLine(batch, paint)),
  ];
  if (quarantined.length > 0)
    lines.push(
      paint(
        "red",
        `In quarantine: ${quarantined.join(", ")}. See the bundle in the ledger's quarantine folder; zkstate requeue N tries again.`,
      ),
    );
  if (redis === undefined) return lines;
  const { queue, workers } = redis;
  const counts = Object.entries(queue).map(([state, n]) => `${n} ${state}`);
  lines.push("", paint("bold", `Queue: ${counts.join(", ")}`), paint("bold", `Workers: ${workers.length}`));
  for (const { name, slots, busy, proofs, draining, tripped, backend } of workers) {
    const state = tripped ? paint("red", " out of service") : draining ? paint("yellow", " draining") : "";
    lines.push(`  ${plain(name)}  ${busy.length} of ${slots} slots busy, ${proofs} proofs, ${plain(backend)}${state}`);
  }
  if (unproven > quarantined.length && workers.length === 0)
    lines.push(paint("red", "Nobody is proving: start `zkstate worker --redis URL`."));
  return lines;
}
