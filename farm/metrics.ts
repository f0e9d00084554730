// Prometheus metrics of the coordinator. Names and units follow https://prometheus.io/docs/practices/naming/.
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { FarmSnapshot } from "./status.js";

/** Seconds: from proofs of a small circuit to those of a large one on a slow machine. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800];

export type FarmMetrics = ReturnType<typeof makeMetrics>;

/** Metrics with a registry of their own; `read` fills the gauges when they are asked for. */
export function makeMetrics(read: () => Promise<FarmSnapshot>) {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `zkstate_${name}_total`, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `zkstate_${name}_seconds`, help, labelNames: ["circuit"], buckets: SECONDS, registers });
  // One look per scrape, shared by all gauges: prom-client collects them at the same time.
  let looking: Promise<FarmSnapshot | undefined> | undefined;
  const look = () => {
    looking ??= read()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const gauge = (name: string, help: string, show: (gauge: Gauge, snapshot: FarmSnapshot) => void, labelNames: string[] = []) =>
    new Gauge({
      name: `zkstate_${name}`,
      help,
      labelNames,
      registers,
      async collect() {
        const snapshot = await look();
        if (snapshot !== undefined) show(this, snapshot);
      },
    });
  const byState = (counts: (snapshot: FarmSnapshot) => Readonly<Record<string, number>>) => (gauge: Gauge, snapshot: FarmSnapshot) => {
    for (const [state, n] of Object.entries(counts(snapshot))) gauge.set({ state }, n);
  };
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

  new Gauge({
    name: "zkstate_up",
    help: "1 while the coordinator can read its tables and the queue",
    registers,
    async collect() {
      this.set((await look()) === undefined ? 0 : 1);
    },
  });
  gauge(
    "tasks",
    "Batches by state",
    byState(({ tasks }) => tasks),
    ["state"],
  );
  gauge(
    "queue_jobs",
    "Jobs of the prove queue by state",
    byState(({ queue }) => queue),
    ["state"],
  );
  gauge("oldest_unproven_age_seconds", "Age of the oldest batch without a proof, 0 when there is none", (g, { oldestUnproven }) =>
    g.set((oldestUnproven?.ageMs ?? 0) / 1000),
  );
  gauge("workers", "Workers that were heard of in the last 30 seconds", (g, { workers }) => g.set(workers.length));
  gauge("worker_slots", "Proofs that the workers can make at a time", (g, { workers }) => g.set(sum(workers.map(({ slots }) => slots))));
  gauge("workers_tripped", "Workers taken out of service after failures only", (g, { workers }) =>
    g.set(workers.filter(({ tripped }) => tripped).length),
  );
  gauge("redis_memory_ratio", "Share of Redis' memory limit in use", (g, { redisMemory }) => g.set(redisMemory));
  gauge(
    "child_memory_bytes",
    "Resident memory of a worker's proving processes",
    (g, { workers }) => {
      g.reset();
      for (const { name, busy } of workers) g.set({ worker: workerLabel(name) }, sum(busy.map(({ rssBytes }) => rssBytes)));
    },
    ["worker"],
  );

  return {
    registry,
    waitSeconds: histogram("wait", "From submission of a job to the start of the attempt that proved it"),
    proveSeconds: histogram("prove", "Wall clock of the attempt that proved a job, on the worker"),
    proofs: counter("proofs", "Proofs accepted", ["worker"]),
    deaths: counter("deaths", "Proving processes and workers that died", ["how"]),
    retries: counter("retries", "Attempts that failed and were tried again", ["code"]),
    invalid: counter("invalid_proofs", "Proofs and reports refused at the door", ["worker", "why"]),
    late: counter("late_results", "Results for batches that were proven already"),
    quarantined: counter("quarantined", "Batches put into quarantine"),
    cancelled: counter("cancelled", "Jobs cancelled because their batch needs them no more"),
    requeued: counter("requeued", "Jobs put into the queue again by the reconciler", ["why"]),
    trips: counter("breaker_trips", "Workers taken out of service"),
    reconcileSeconds: new Histogram({ name: "zkstate_reconcile_seconds", help: "Time of a reconciliation", buckets: SECONDS, registers }),
  };
}

/** Workers choose their names: a series for each of the first ones, and one for all that come after. */
const MOST_WORKERS = 10_000;
const known = new Set<string>();

export function workerLabel(name: string): string {
  if (known.size < MOST_WORKERS) known.add(name);
  return known.has(name) ? name : "other";
}
