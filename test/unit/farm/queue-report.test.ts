import { describe, expect, it } from "vitest";
import { queueReport } from "../../../farm/http/queue-report.js";
import type { FarmSnapshot, WorkerBeat } from "../../../farm/status.js";

const TARGET = { latencySeconds: 10, min: 0, max: 100 };

const job = (circuit: string) => ({ jobId: "p0", batchNumber: 1, circuit, startedAt: 0, rssBytes: 0 });

const worker = (change: Partial<WorkerBeat> = {}): WorkerBeat => ({
  name: "w",
  version: "0.1.0",
  host: "h",
  pid: 1,
  startedAt: 0,
  at: 0,
  slots: 2,
  threads: 1,
  backend: "native",
  circuits: [],
  draining: false,
  tripped: false,
  proofs: 0,
  busy: [],
  ...change,
});
const workers = (n: number, change: Partial<WorkerBeat> = {}) => Array.from({ length: n }, (_, i) => worker({ name: `w${i}`, ...change }));

/** `waiting` jobs in the queue; a proof takes two seconds, so a worker of two slots makes one a second. */
const farm = (waiting: number, change: Partial<FarmSnapshot> = {}): FarmSnapshot => ({
  at: 1,
  sourceId: "ledger",
  tasks: { waiting: 0, queued: waiting, proving: 0, proven: 0, quarantined: 0, superseded: 0 },
  queue: { waiting, prioritized: 0, active: 0, delayed: 0, completed: 0, failed: 0 },
  oldestUnproven: undefined,
  workers: workers(1),
  proveMs: { default: 2000 },
  redisMemory: 0,
  ...change,
});

describe("queueReport", () => {
  it("divides what waits by what a worker proves in the target time, and says how", () => {
    const { total, formula } = queueReport(farm(95), TARGET);
    expect(total).toEqual({
      waiting: 95,
      active: 0,
      workers: 1,
      slots: 2,
      slotsPerWorker: 2,
      proofsPerSecondPerSlot: 0.5,
      needed: 10,
      recommended: 10,
    });
    expect(formula).toContain("ceil(waiting / (proofsPerSecondPerSlot * slotsPerWorker * latencySeconds))");
  });

  it("counts jobs that wait for another attempt, and batches that are not in the queue yet", () => {
    const tasks = { ...farm(0).tasks, waiting: 4 };
    const queue = { waiting: 1, prioritized: 2, delayed: 3, active: 7 };
    expect(queueReport(farm(0, { tasks, queue }), TARGET).total).toMatchObject({ waiting: 10, active: 7 });
  });

  it.each([
    ["above", 5000, TARGET, 100],
    ["below", 10, { ...TARGET, min: 3 }, 3],
    ["below, with nothing to do", 0, { ...TARGET, min: 3 }, 3],
    ["at zero", 0, TARGET, 0],
  ])("keeps to the limits: %s", (_, waiting, target, expected) => {
    expect(queueReport(farm(waiting), target).total.recommended).toBe(expected);
  });

  it.each([
    [100, 10, "stays: as many as there are", 10],
    [80, 10, "stays: 8 are not below 70 % of 10", 10],
    [70, 10, "stays: 7 are not below 70 % of 10", 10],
    [69, 10, "stays: 6.9 workers are 7", 10],
    [60, 10, "goes down to 6", 6],
    [101, 10, "goes up at once", 11],
  ])("%i waiting with %i workers: %s", (waiting, n, _, expected) => {
    expect(queueReport(farm(waiting, { workers: workers(n) }), TARGET).total.recommended).toBe(expected);
  });

  it("keeps to the upper limit against the hysteresis", () => {
    expect(queueReport(farm(100, { workers: workers(12) }), { ...TARGET, max: 9 }).total.recommended).toBe(9);
    expect(queueReport(farm(100, { workers: workers(12) }), { ...TARGET, max: 10 }).total.recommended).toBe(10);
  });

  it("takes no worker away that is proving", () => {
    const busy = workers(4, { busy: [job("default")] });
    expect(queueReport(farm(0, { workers: [...busy, ...workers(6)] }), TARGET).total).toMatchObject({ needed: 4, recommended: 4 });
  });

  it("asks for one worker when there is none and work waits", () => {
    const { total } = queueReport(farm(500, { workers: [] }), TARGET);
    expect(total).toMatchObject({ workers: 0, slots: 0, slotsPerWorker: null, needed: null, recommended: 1 });
    expect(queueReport(farm(0, { workers: [] }), TARGET).total).toMatchObject({ needed: 0, recommended: 0 });
    expect(queueReport(farm(500, { workers: [] }), { ...TARGET, max: 0 }).total.recommended).toBe(0);
  });

  it.each([{}, { default: 0 }, { default: Number.NaN }])("keeps what is there while no rate is measured: %j", (proveMs) => {
    const { total } = queueReport(farm(500, { proveMs, workers: workers(3) }), TARGET);
    expect(total).toMatchObject({ proofsPerSecondPerSlot: null, needed: null, recommended: 3 });
  });

  it("recommends nothing when the queue does not tell what waits", () => {
    const { total } = queueReport(farm(0, { queue: { waiting: 3 } }), TARGET);
    expect(total).toMatchObject({ waiting: null, active: null, needed: null, recommended: null });
  });

  it("counts workers that take jobs only", () => {
    const all = [worker(), worker({ draining: true }), worker({ tripped: true })];
    expect(queueReport(farm(95, { workers: all }), TARGET).total).toMatchObject({ workers: 1, slots: 2, recommended: 10 });
  });

  it("shows each circuit with its own rate, and null for what the queue does not count by circuit", () => {
    const all = [worker({ busy: [job("default"), job("default")] }), worker({ circuits: ["tiny"], slots: 4 })];
    const { circuits } = queueReport(farm(95, { workers: all, proveMs: { default: 2000, tiny: 500 } }), TARGET);
    expect(Object.keys(circuits)).toEqual(["default", "tiny"]);
    expect(circuits["default"]).toMatchObject({
      waiting: null,
      active: 2,
      workers: 1,
      slots: 2,
      proofsPerSecondPerSlot: 0.5,
      needed: null,
    });
    expect(circuits["tiny"]).toMatchObject({
      waiting: null,
      active: 0,
      workers: 2,
      slots: 6,
      proofsPerSecondPerSlot: 2,
      recommended: null,
    });
    expect(queueReport(farm(0, { workers: all }), TARGET).circuits["default"]).toMatchObject({ waiting: 0, needed: 1, recommended: 1 });
  });

  it("plans for the slowest circuit that is being proven, or of all while none is", () => {
    const proveMs = { farm: 20_000, default: 2000, tiny: 500 };
    const proving = [worker({ busy: [job("default"), job("tiny"), job("unmeasured")] })];
    expect(queueReport(farm(9, { proveMs, workers: proving }), TARGET).total.proofsPerSecondPerSlot).toBe(0.5);
    expect(queueReport(farm(9, { proveMs }), TARGET).total.proofsPerSecondPerSlot).toBe(0.05);
  });

  it("survives JSON", () => {
    const report = queueReport(farm(5), TARGET);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});
