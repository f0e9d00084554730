// What Redis can do to the farm: go away, come back empty, lose everything, be full, change a job, lose a report.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { afterEach, describe, expect, it } from "vitest";
import { PREFIX, PROVE_QUEUE, reportQueue } from "../../../farm/names.js";
import { Lab, type LabOptions, recovered, SHORT_LOCK } from "./lab/lab.js";
import type { Command } from "./lab/processes.js";

const labs: Lab[] = [];
const queues: Queue[] = [];

async function makeLab(options: LabOptions): Promise<Lab> {
  const lab = await Lab.make(options);
  labs.push(lab);
  return lab;
}

function queueOf(lab: Lab, name: string): Queue {
  const queue = new Queue(name, { connection: lab.redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
  queue.on("error", () => undefined);
  queues.push(queue);
  return queue;
}

const sourceId = (lab: Lab): string => readFileSync(join(lab.data, "farm", "id"), "utf8").trim();
const alive = ({ child }: Command): boolean => child.exitCode === null && child.signalCode === null;

async function expectWhole(lab: Lab, coordinator: Command): Promise<void> {
  await lab.expectChain();
  await lab.expectOnce(coordinator);
  await lab.expectNothingLeft();
}

afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.close()));
  await Promise.all(labs.splice(0).map((lab) => lab.close()));
});

const AWAY_MS = 20_000;

describe("Redis away for 20 s", () => {
  async function outage(name: string, appendOnly: boolean): Promise<void> {
    const lab = await makeLab({ batches: 6, seed: name, redis: { appendOnly } });
    const [coordinator, worker] = await Promise.all([lab.coordinator(), lab.worker("one", SHORT_LOCK)]);
    await worker.logged("attempt started", { nth: 2 });
    await (appendOnly ? lab.redis.stop() : lab.redis.kill());
    expect(await lab.unproven()).not.toEqual([]);
    await sleep(AWAY_MS);
    expect([coordinator, worker].map(alive)).toEqual([true, true]);
    await lab.redis.restart();
    recovered(`Redis away for 20 s, ${name}`, "from its return until all is proven", await lab.untilProven());
    await expectWhole(lab, coordinator);
  }

  it("is outlived by every process, whether its data is there afterwards or not", async () => {
    await Promise.all([outage("data kept", true), outage("comes back empty", false)]);
  });
});

describe("Redis wiped", () => {
  it("is filled again from the coordinator's table, while jobs wait and run", async () => {
    const lab = await makeLab({ batches: 5, seed: "wiped" });
    const [coordinator, worker] = await Promise.all([lab.coordinator(), lab.worker("one")]);
    await worker.logged("attempt started", { nth: 2 });
    await lab.redis.wipe();
    recovered("Redis wiped (FLUSHALL)", "until all is proven", await lab.untilProven());
    await expectWhole(lab, coordinator);
  });
});

const LIMIT = 32 * 2 ** 20;

describe("Redis full", () => {
  it("adds no job above 80 %, keeps what was proven, and goes on when there is room", async () => {
    const lab = await makeLab({ batches: 3, seed: "full", redis: { maxmemory: `${LIMIT}` } });
    const redis = lab.redis.client();
    const fill = (share: number) => redis.setrange("filler", Math.floor(share * LIMIT), "x");
    await fill(0.85);
    // The ordinary lock: a short one would end before the proof does, and nothing renews it in a full Redis.
    const [coordinator, worker] = await Promise.all([lab.coordinator(), lab.worker("one", ["--lock", "30"])]);
    await coordinator.logged(/nearly full: no job is added/, { nth: 2 });
    expect(await queueOf(lab, PROVE_QUEUE).count()).toBe(0);

    await redis.del("filler");
    await worker.logged("attempt started");
    const prover = await worker.childRunning("prove-child");
    process.kill(prover, "SIGSTOP");
    await fill(1.2);
    process.kill(prover, "SIGCONT");
    await worker.logged("a report is not taken yet; trying again", { nth: 2 });
    await coordinator.logged(/nearly full: no job is added/, { nth: 4 });
    expect([coordinator, worker].map(alive)).toEqual([true, true]);
    expect(await lab.unproven()).toEqual([1, 2, 3]);
    await redis.del("filler");
    recovered("Redis full (noeviction)", "from room until all is proven", await lab.untilProven());
    expect(worker.log.filter(({ msg, batchNumber }) => msg === "attempt started" && batchNumber === 1)).toHaveLength(1);
    await expectWhole(lab, coordinator);
  });
});

describe("a job changed in Redis", () => {
  it("is refused by the worker and replaced by the coordinator", async () => {
    const lab = await makeLab({ batches: 4, seed: "changed" });
    const coordinator = await lab.coordinator();
    const jobs = await Promise.all([1, 2, 3, 4].map(async (nth) => (await coordinator.logged("enqueued", { nth })).jobId ?? ""));
    const redis = lab.redis.client();
    const key = (at: number) => `${PREFIX}:${PROVE_QUEUE}:${jobs[at]}`;
    await redis.hset(key(0), "data", (await redis.hget(key(1), "data")) ?? "");
    await redis.hset(key(1), "data", "{}");
    await redis.hset(key(2), "data", '{"version":1,');
    const worker = await lab.worker("one");
    recovered("jobs changed in Redis", "until all is proven", await lab.untilProven());
    const failed = await queueOf(lab, PROVE_QUEUE).getFailed();
    expect(failed).toEqual([]);
    expect(worker.log.filter(({ msg }) => msg === "attempt started")).toHaveLength(4);
    await expectWhole(lab, coordinator);
  });
});

describe("reports that never arrive", () => {
  it("are found again in the queue's own record", async () => {
    const lab = await makeLab({ batches: 3, seed: "lost" });
    const coordinator = await lab.coordinator();
    const reports = queueOf(lab, reportQueue(sourceId(lab)));
    await reports.pause();
    const worker = await lab.worker("one");
    await worker.logged("attempt ended");
    const took = await lab.untilProven();
    recovered("reports lost", "until all is proven, without one report", took);
    expect(await reports.count()).toBe(3);
    await reports.obliterate({ force: true });
    expect(worker.log.filter(({ msg }) => msg === "attempt started")).toHaveLength(3);
    await expectWhole(lab, coordinator);
  });
});
