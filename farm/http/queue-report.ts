// How many workers the farm needs, for autoscalers: from what was measured, and null where nothing was.
import type { FarmSnapshot, WorkerBeat } from "../status.js";

export interface ScalingTarget {
  /** Time in which what waits now shall be proven. */
  readonly latencySeconds: number;
  readonly min: number;
  readonly max: number;
}

/** The farm, or its part that concerns one circuit. */
export interface Demand {
  /** Proofs that nobody has begun; null where the queue does not tell. */
  readonly waiting: number | null;
  readonly active: number | null;
  /** Workers that take jobs: neither draining nor out of service. A worker for several circuits counts for each. */
  readonly workers: number;
  readonly slots: number;
  readonly slotsPerWorker: number | null;
  readonly proofsPerSecondPerSlot: number | null;
  /** What the formula gives before limits and hysteresis. */
  readonly needed: number | null;
  /** With work but nothing measured: what is there, and one at least, so that something will be. */
  readonly recommended: number | null;
}

export interface QueueReport {
  readonly at: number;
  readonly target: ScalingTarget;
  readonly formula: string;
  readonly total: Demand;
  readonly circuits: Readonly<Record<string, Demand>>;
}

/** Workers are taken away only when fewer than this share of them is needed. */
const KEEP = 0.7;

const FORMULA =
  "needed = max(workers that are proving, ceil(waiting / (proofsPerSecondPerSlot * slotsPerWorker * latencySeconds))); " +
  `recommended = clamp(needed, min, max), and no less than now unless that is below ${KEEP * 100} % of now`;

export function queueReport(snapshot: FarmSnapshot, target: ScalingTarget): QueueReport {
  const { proveMs } = snapshot;
  const workers = snapshot.workers.filter(({ draining, tripped }) => !draining && !tripped);
  const waiting = waitingOf(snapshot);
  const underway = snapshot.workers.flatMap(({ busy }) => busy.map(({ circuit }) => circuit));
  const measured = [...new Set(underway)].filter((id) => rateOf(proveMs[id]) !== null);
  const ids = [...new Set([...Object.keys(proveMs), ...underway, ...snapshot.workers.flatMap(({ circuits }) => circuits)])].sort();

  const demandOf = (id: string): Demand => {
    const serving = workers.filter(({ circuits }) => circuits.length === 0 || circuits.includes(id));
    const proving = serving.filter(({ busy }) => busy.some(({ circuit }) => circuit === id)).length;
    const active = underway.filter((circuit) => circuit === id).length;
    // The queue counts jobs, not jobs of a circuit: only an empty one tells.
    return demand({ waiting: waiting === 0 ? 0 : null, active, workers: serving, proving, rate: rateOf(proveMs[id]) }, target);
  };
  // The slowest circuit of those that are being proven, or of all while none is: better a worker too many.
  const rates = (measured.length > 0 ? measured : Object.keys(proveMs)).flatMap((id) => rateOf(proveMs[id]) ?? []);
  const proving = workers.filter(({ busy }) => busy.length > 0).length;
  const rate = rates.length === 0 ? null : Math.min(...rates);
  return {
    at: snapshot.at,
    target,
    formula: FORMULA,
    total: demand({ waiting, active: snapshot.queue["active"] ?? null, workers, proving, rate }, target),
    circuits: Object.fromEntries(ids.map((id) => [id, demandOf(id)])),
  };
}

/** Jobs that no worker has, whichever ledger they are of, and batches of this ledger that are not in the queue yet. */
function waitingOf({ queue, tasks }: FarmSnapshot): number | null {
  const parts = [queue["waiting"], queue["prioritized"], queue["delayed"], tasks.waiting];
  return parts.reduce<number | null>((sum, n) => (sum === null || n === undefined ? null : sum + n), 0);
}

const rateOf = (medianMs: number | undefined): number | null => (medianMs !== undefined && medianMs > 0 ? 1000 / medianMs : null);

interface Known {
  readonly waiting: number | null;
  readonly active: number | null;
  readonly workers: readonly WorkerBeat[];
  readonly proving: number;
  readonly rate: number | null;
}

function demand({ waiting, active, workers, proving, rate }: Known, target: ScalingTarget): Demand {
  const slots = workers.reduce((n, worker) => n + worker.slots, 0);
  const slotsPerWorker = slots > 0 ? slots / workers.length : null;
  const needed = neededWorkers(waiting, rate, slotsPerWorker, proving, target.latencySeconds);
  const recommended = waiting === null ? null : recommend(needed, workers.length, target);
  return { waiting, active, workers: workers.length, slots, slotsPerWorker, proofsPerSecondPerSlot: rate, needed, recommended };
}

function neededWorkers(waiting: number | null, rate: number | null, slots: number | null, proving: number, seconds: number): number | null {
  if (waiting === 0) return proving;
  if (waiting === null || rate === null || slots === null) return null;
  return Math.max(proving, Math.ceil(waiting / (rate * slots * seconds)));
}

function recommend(needed: number | null, now: number, { min, max }: ScalingTarget): number {
  const clamp = (n: number) => Math.min(Math.max(n, min), max);
  const wanted = clamp(needed ?? Math.max(now, 1));
  return wanted < now && wanted >= KEEP * now ? clamp(now) : wanted;
}
