// Workers that die, hang, fall silent or only fail: nothing of it is the batch's fault, and nothing of it stops the farm.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../simulate/random.js";
import { FaultLab, folderOf, isRunning, loggedFor, metric, timeOf, until, untilAnswered } from "./lab/fault-lab.js";
import { recovered, SHORT_LOCK } from "./lab/lab.js";
import type { Command } from "./lab/processes.js";

let farm: FaultLab;
beforeAll(async () => {
  farm = await FaultLab.make("workers", 64);
});
afterEach(({ task }) => farm.settle(task.result?.state === "fail"));
afterAll(() => farm.close());

/** Attempts that a worker has begun and not ended, as its log says. */
function inWork({ log }: Command): number[] {
  const ended = new Set(log.filter(({ msg }) => msg === "attempt ended").map(({ jobId }) => jobId));
  return log.flatMap(({ msg, jobId, batchNumber }) => (msg === "attempt started" && !ended.has(jobId) ? [Number(batchNumber)] : []));
}

const outcomes = ({ log }: Command) => log.filter(({ msg }) => msg === "attempt ended").map(({ outcome }) => outcome);

/** Milliseconds from a moment until this batch had its proof. */
const provenAfter = async (coordinator: Command, batchNumber: number | undefined, since: number): Promise<number> =>
  timeOf(await loggedFor(coordinator, "accepted", batchNumber)) - since;

/** Signals to a process that this test has found: it is one of the farm's own. */
const signal = (pid: number, name: NodeJS.Signals): boolean => process.kill(pid, name);

describe("workers killed in the middle of proofs", () => {
  const KILLS = 20;

  it("loses no batch and charges none, wherever in a proof the kill falls", async () => {
    const random = seededRandom("farm", "kills");
    const coordinator = await farm.coordinator("--window", "12");
    const survivor = await farm.worker("survivor", ...SHORT_LOCK);
    let hired = 0;
    const hire = () => farm.worker(`mortal-${++hired}`, ...SHORT_LOCK);
    const waiting = [hire(), hire()];
    /** The last kill under each batch: it may be hit again before it is proven. */
    const last = new Map<number, number>();
    const orphans: Promise<number>[] = [];
    for (let kills = 0; kills < KILLS; ) {
      if ((await farm.lab.unproven()).length < 6) await farm.more(4);
      const victim = await (waiting.shift() ?? hire());
      waiting.push(hire());
      await victim.logged("attempt started");
      await sleep(700 * random.next());
      const children = victim.children("prove-child");
      const at = Date.now();
      victim.kill("SIGKILL");
      orphans.push(until(`children of ${victim.pid} gone`, () => !children.some(isRunning)));
      await victim.ended;
      const hit = inWork(victim);
      for (const batchNumber of hit) last.set(batchNumber, at);
      kills += hit.length;
    }
    await Promise.all(waiting);
    await farm.lab.untilProven();
    const times = await Promise.all([...last].map(([batchNumber, at]) => provenAfter(coordinator, batchNumber, at)));
    times.sort((a, b) => a - b);
    const worst = times.at(-1) ?? Number.NaN;
    recovered(
      "worker or its prover killed",
      `worker killed mid-proof, ${KILLS} times: until its batch is proven, median`,
      times[times.length >> 1] ?? Number.NaN,
    );
    recovered("worker or its prover killed", "worker killed mid-proof: until its batch is proven, worst", worst);
    recovered(
      "worker or its prover killed",
      "worker killed mid-proof: until its proving process is gone, worst",
      Math.max(...(await Promise.all(orphans))),
    );
    const tasks = await farm.tasks([...last.keys()]);
    expect(tasks.map(({ failures }) => failures)).toEqual(tasks.map(() => 0));
    expect(tasks.filter(({ deaths }) => deaths === 0)).toEqual([]);
    expect(inWork(survivor)).toEqual([]);
  });
});

describe("a proving process whose worker is killed", () => {
  it("ends, and takes its files with it", async () => {
    await farm.more(1);
    await farm.coordinator();
    const worker = await farm.worker("one", ...SHORT_LOCK);
    const child = await farm.proving(worker);
    const dir = folderOf(child);
    worker.kill("SIGKILL");
    await until("process and folder are gone", () => !isRunning(child) && !existsSync(dir));
    await farm.worker("two", ...SHORT_LOCK);
  });
});

describe("proving processes that die or hang", () => {
  it("tries again, and charges a death, no failure", async () => {
    const [killed] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const worker = await farm.worker("one");
    const child = await farm.proving(worker);
    const at = Date.now();
    signal(child, "SIGKILL");
    recovered(
      "worker or its prover killed",
      "proving process killed: until its batch is proven",
      await provenAfter(coordinator, killed, at),
    );
    expect(outcomes(worker)).toMatchObject([{ kind: "died", how: "signal" }, { kind: "proved" }]);
    expect(await farm.tasks([killed ?? 0])).toMatchObject([{ deaths: 1, failures: 0 }]);
    expect(await metric(coordinator, "zkstate_deaths_total")).toBe(1);

    await worker.stop();
    const [hung] = await farm.more(1);
    const strict = await farm.worker("two", "--limit", "3");
    // Before it can be done: on a machine that is slow today an attempt may take longer than three seconds anyway.
    const stopped = await strict.childRunning("prove-child");
    const since = Date.now();
    signal(stopped, "SIGSTOP");
    await farm.worker("three");
    await strict.logged("attempt ended");
    strict.kill("SIGTERM");
    recovered("hung prover", "proving process hangs, limit of 3 s: until its batch is proven", await provenAfter(coordinator, hung, since));
    expect(outcomes(strict)[0]).toMatchObject({ kind: "died", how: "limit" });
    expect(isRunning(stopped)).toBe(false);
    const [task] = await farm.tasks([hung ?? 0]);
    expect(task).toMatchObject({ failures: 0 });
    expect(task?.attempts[0]).toMatchObject({ kind: "died", worker: "two" });
  });
});

describe("a worker that falls silent for longer than its lock", () => {
  it("is not waited for, and the proof that it brings late is not taken twice", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const silent = await farm.worker("silent", ...SHORT_LOCK);
    const child = await farm.proving(silent);
    const at = Date.now();
    silent.kill("SIGSTOP");
    // The process that proves goes on: its answer waits in the pipe.
    const answered = untilAnswered(child);
    const other = await farm.worker("other", ...SHORT_LOCK);
    recovered(
      "lock lost, late and double results",
      "worker silent, lock of 2 s: until its batch is proven elsewhere",
      await provenAfter(coordinator, batch, at),
    );
    await answered;
    silent.kill("SIGCONT");
    const late = await coordinator.logged("late report: its batch needs nothing any more");
    expect(late).toMatchObject({ worker: "silent", kind: "proved" });
    expect(await metric(coordinator, "zkstate_late_results_total")).toBe(1);
    expect(outcomes(other)).toMatchObject([{ kind: "proved" }]);
    expect(await farm.tasks([batch ?? 0])).toMatchObject([{ state: "proven", provenBy: "other", deaths: 1, failures: 0 }]);
  });

  it("breaks its attempt off when it wakes", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const silent = await farm.worker("silent", ...SHORT_LOCK);
    const child = await farm.proving(silent);
    signal(child, "SIGSTOP");
    silent.kill("SIGSTOP");
    await farm.worker("other", ...SHORT_LOCK);
    await loggedFor(coordinator, "accepted", batch);
    const at = Date.now();
    silent.kill("SIGCONT");
    await until("the attempt broken off", () => !isRunning(child));
    recovered(
      "lock lost, late and double results",
      "worker awake after its lock is lost: until its attempt is broken off",
      Date.now() - at,
    );
    expect((await silent.logged("attempt ended"))["outcome"]).toBe("broken off");
  });

  it("wins when it wakes before the other has a proof, whose attempt is then cancelled", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const silent = await farm.worker("silent", ...SHORT_LOCK);
    const child = await farm.proving(silent);
    silent.kill("SIGSTOP");
    const other = await farm.worker("other", ...SHORT_LOCK);
    const held = await farm.proving(other);
    signal(held, "SIGSTOP");
    await untilAnswered(child);
    const at = Date.now();
    silent.kill("SIGCONT");
    const took = await provenAfter(coordinator, batch, at);
    recovered("lock lost, late and double results", "worker awake again, its proof late but first: until it is taken", took);
    await until("the other attempt cancelled", () => !isRunning(held));
    recovered("lock lost, late and double results", "the same: until the other attempt is cancelled", Date.now() - at - took);
    expect(await farm.tasks([batch ?? 0])).toMatchObject([{ provenBy: "silent", failures: 0 }]);
  });
});

describe("a machine that only fails", () => {
  it("is taken out of service, and a healthy one proves everything", async () => {
    const numbers = await farm.more(6);
    const coordinator = await farm.coordinator();
    // A cache below a file: no key can ever be kept there.
    const file = join(farm.lab.dir, "file");
    writeFileSync(file, "");
    const broken = await farm.worker("broken", "--cache", join(file, "cache"));
    const trip = await coordinator.logged("breaker tripped: this worker only fails");
    const at = Date.now();
    expect(trip).toMatchObject({ worker: "broken", level: "error" });
    await broken.logged(/^taken out of service/);
    const status = farm.lab.start(["status"]);
    expect((await status.ended).code).toBe(0);
    expect(status.stdout).toMatch(/broken .* out of service/);
    expect(await metric(coordinator, "zkstate_workers_tripped")).toBe(1);
    const failed = outcomes(broken).length;
    await farm.worker("healthy");
    await farm.lab.untilProven();
    recovered("machine that only fails", "breaker tripped, healthy worker started: until 6 batches are proven", Date.now() - at);
    // The queue hands out one more to whom was waiting for it.
    expect(outcomes(broken).length).toBeLessThanOrEqual(failed + 1);
    const tasks = await farm.tasks(numbers);
    expect(tasks.map(({ state, failures, provenBy }) => [state, failures, provenBy])).toEqual(tasks.map(() => ["proven", 0, "healthy"]));
  });
});
