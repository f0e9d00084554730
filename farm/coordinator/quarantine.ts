// A batch that nobody can prove is set aside with all it takes to find out why; the others go on.
import { encodeBundle } from "../bundle.js";
import type { Task } from "../task.js";
import { cancel, type Desk } from "./desk.js";

export async function quarantine(desk: Desk, task: Task, reason: string): Promise<void> {
  const { book, source, metrics, log, options } = desk;
  const { batchNumber, jobId } = task;
  const { input } = await source.statement(batchNumber);
  const bundle = await desk.keepBundle(batchNumber, await encodeBundle(task, reason, input, options.version));
  book.put({ ...task, state: "quarantined", reason });
  metrics.quarantined.inc();
  log.error({ batchNumber, jobId, reason, bundle }, "quarantined");
  await cancel(desk, jobId);
}

/** The budget of a batch: what it may cost before it is set aside. */
export function overBudget({ options }: Desk, { failures, deaths, attempts }: Task): string | undefined {
  const last = attempts.at(-1)?.detail ?? "";
  if (failures >= options.maxFailures) return `${failures} attempts failed; the last one: ${last}`;
  return deaths >= options.maxDeaths ? `${deaths} processes or machines died of it; the last one: ${last}` : undefined;
}
