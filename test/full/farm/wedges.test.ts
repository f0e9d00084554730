// States of Redis and of the table from which a batch must find its way out. The prover is simulated; queue, tables and stores are real.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { simulatedProver, simulatedSource } from "../../../bench/scheduler/simulated.js";
import { PREFIX, PROVE_QUEUE, reportQueue } from "../../../farm/names.js";
import type { JobProver } from "../../../farm/worker/prover.js";
import { freePort, type RedisServer, startRedis } from "../../helpers/redis.js";
import { SimulatedFarm, tripsOf, until, vanishedOf } from "./lab/simulated-farm.js";

let redis: RedisServer;
let farm: SimulatedFarm;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  await redis.wipe();
  farm = new SimulatedFarm(redis);
});
afterEach(() => farm.close());

describe("a batch finds its way out", () => {
  it("when the reports of many jobs are lost, and others have finished jobs after them", async () => {
    const source = simulatedSource("lost", 6, farm.dir);
    await farm.stop(await farm.coordinator(source));
    await farm.worker();
    const jobs = farm.queue();
    await until(async () => (await jobs.getCompletedCount()) === 6, "the jobs are not done");
    const reports = farm.queue(reportQueue("lost"));
    await reports.obliterate({ force: true });
    for (const id of ["x", "y", "z"]) await redis.client().zadd(`${PREFIX}:${PROVE_QUEUE}:completed`, Date.now() + 60_000, id);
    await farm.coordinator(source);
    await until(() => source.first.size === 6, "a finished job was not seen");
    expect(source.again).toBe(0);
  });

  it("when its job is done and unreadable", async () => {
    const source = simulatedSource("unreadable", 2, farm.dir);
    await farm.stop(await farm.coordinator(source));
    await farm.worker();
    const jobs = farm.queue();
    await until(async () => (await jobs.getCompletedCount()) === 2, "the jobs are not done");
    const reports = farm.queue(reportQueue("unreadable"));
    await reports.obliterate({ force: true });
    const client = redis.client();
    for (const jobId of await client.zrange(`${PREFIX}:${PROVE_QUEUE}:completed`, 0, -1)) await client.hset(jobs.toKey(jobId), "data", "{");
    await farm.coordinator(source);
    await until(() => source.first.size === 2, "an unreadable job was not made again");
  });

  it("when its job is in no list of the queue", async () => {
    const source = simulatedSource("list", 3, farm.dir);
    await farm.coordinator(source);
    expect(await redis.client().del(`${PREFIX}:${PROVE_QUEUE}:prioritized`)).toBe(1);
    await farm.worker();
    await until(() => source.first.size === 3, "a job without a place was not put in again");
  });

  it("when a key of its job is of another kind", async () => {
    const source = simulatedSource("kind", 3, farm.dir);
    await farm.coordinator(source);
    const client = redis.client();
    const [jobId = ""] = await client.zrange(`${PREFIX}:${PROVE_QUEUE}:prioritized`, 0, 0);
    await client.del(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, `${PREFIX}:${PROVE_QUEUE}:prioritized`);
    await client.set(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, "not a hash");
    await farm.worker();
    await until(() => source.first.size === 3, "the job was not put in again");
  });

  it("when a worker's clock has put it off for an hour", async () => {
    const source = simulatedSource("clock", 2, farm.dir);
    await farm.coordinator(source);
    const client = redis.client();
    const key = (name: string) => `${PREFIX}:${PROVE_QUEUE}:${name}`;
    for (const jobId of await client.zrange(key("prioritized"), 0, -1)) {
      await client.zrem(key("prioritized"), jobId);
      await client.zadd(key("delayed"), (Date.now() + 3_600_000) * 0x1000, jobId);
    }
    await farm.worker();
    await until(() => source.first.size === 2, "the jobs are still delayed");
  });

  it("when another batch cannot be prepared", async () => {
    const source = simulatedSource("other-bad", 4, farm.dir);
    const { statement } = source;
    Object.assign(source, { statement: (n: number) => (n === 2 ? Promise.reject(new Error("its state is gone")) : statement(n)) });
    await farm.coordinator(source);
    await farm.worker();
    await until(() => source.first.size === 3, "the others wait for it");
    expect([...source.first].sort()).toEqual([1, 3, 4]);
  });

  it("when its proof could not be kept, and is gone when it can be", async () => {
    const source = simulatedSource("kept", 2, farm.dir);
    const { accept } = source;
    let full = true;
    Object.assign(source, {
      accept: async (...args: Parameters<typeof accept>) => {
        if (!full) return accept(...args);
        throw new Error("no space left");
      },
    });
    const made = await farm.coordinator(source);
    await farm.worker();
    await until(async () => (await made.queue.getCompletedCount()) === 2, "nothing is proven");
    await sleep(500);
    farm.loseArtifacts();
    full = false;
    await until(() => source.first.size === 2, "a proof that is gone is not made again");
    expect(await tripsOf(made)).toBe(0);
  });

  it("when an event of the queue cannot be read: later ones are heard", async () => {
    const source = simulatedSource("events", 1, farm.dir);
    const made = await farm.coordinator(source);
    const jobs = farm.queue();
    const [jobId = ""] = await redis.client().zrange(jobs.toKey("prioritized"), 0, -1);
    const say = (event: string, ...rest: string[]) =>
      redis.client().xadd(jobs.toKey("events"), "*", "event", event, "jobId", jobId, ...rest);
    await say("completed", "returnvalue", "{");
    await until(async () => {
      await say("stalled");
      return (await vanishedOf(made)) > 0;
    }, "nothing is heard any more");
  });

  it("when the coordinator of another ledger is gone: its proof waits without a slot, and is not made again", async () => {
    const gone = simulatedSource("gone", 1, farm.dir);
    const dir = mkdtempSync(join(tmpdir(), "zkstate-other-"));
    const place = { kind: "http", url: `http://127.0.0.1:${await freePort()}`, token: "t".repeat(32) } as const;
    const other = await farm.serveArtifacts(place);
    const made: number[] = [];
    const honest = simulatedProver(500);
    const prover: JobProver = {
      ...honest,
      prove: async (job, store, signal) => {
        const proof = await honest.prove(job, store, signal);
        if (job.replyTo !== reportQueue("gone")) return proof;
        made.push(job.batchNumber);
        await other.close();
        return proof;
      },
    };
    const first = await farm.coordinator(gone, { place });
    await until(async () => (await first.queue.count()) === 1, "nothing is enqueued");
    await farm.stop(first);
    await farm.worker(prover, { slots: 1, patienceMs: 100 });
    await until(() => made.length === 1, "nothing is proven");
    const source = simulatedSource("here", 3, dir);
    await farm.coordinator(source, { dir });
    await until(() => source.first.size === 3, "the slot is held");
    const back = await farm.serveArtifacts(place);
    await farm.coordinator(gone, { place });
    await until(() => gone.first.size === 1, "the proof that was made is lost");
    expect(made).toEqual([1]);
    await back.close();
    rmSync(dir, { recursive: true, force: true });
  });
});

describe("a worker", () => {
  it("works once at a job that it is given again after Redis was emptied, and breaks off what hangs", async () => {
    const source = simulatedSource("twice", 1, farm.dir);
    await farm.coordinator(source);
    const honest = simulatedProver(20);
    let begun = 0;
    let atOnce = 0;
    let most = 0;
    await farm.worker({
      ...honest,
      prove: async (job, store, signal) => {
        most = Math.max(most, ++atOnce);
        // The first attempt would hang for ever.
        if (++begun === 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return honest.prove(job, store, signal).finally(() => atOnce--);
      },
    });
    await until(() => atOnce === 1, "nothing is in work");
    await redis.wipe();
    await until(() => source.first.size === 1, "the batch is not proven");
    expect([begun, most]).toEqual([2, 1]);
  });

  it("starts while Redis is full, and ends while it is away", async () => {
    const full = await startRedis({ maxmemory: "8mb" });
    const its = new SimulatedFarm(full);
    await full
      .client()
      .setrange("filler", 9_000_000, "x")
      .catch(() => 0);
    await expect(full.client().set("more", "")).rejects.toThrow("OOM");
    const worker = await its.worker();
    await full.kill();
    const before = Date.now();
    await worker.drain(300_000);
    expect(Date.now() - before).toBeLessThan(60_000);
    await its.close();
    await full.close();
  });
});
