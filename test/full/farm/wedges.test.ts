// States of Redis and of the table from which a batch must find its way out. The prover is simulated; queue, tables and stores are real.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { simulatedProver, simulatedSource } from "../../../bench/scheduler/simulated.js";
import { PREFIX, PROVE_QUEUE, reportQueue } from "../../../farm/names.js";
import type { JobProver } from "../../../farm/worker/prover.js";
import { freePort, startRedis } from "../../helpers/redis.js";
import { until } from "./lab/fault-lab.js";
import { SimulatedFarm, simulatedFarms, tripsOf, vanishedOf } from "./lab/simulated-farm.js";

const lab = simulatedFarms();

describe("a batch finds its way out", () => {
  it("when the reports of many jobs are lost, and others have finished jobs after them", async () => {
    const source = simulatedSource("lost", 6, lab.farm.dir);
    await lab.farm.stop(await lab.farm.coordinator(source));
    await lab.farm.worker();
    const jobs = lab.farm.queue();
    await until("the jobs are done", async () => (await jobs.getCompletedCount()) === 6);
    const reports = lab.farm.queue(reportQueue("lost"));
    await reports.obliterate({ force: true });
    for (const id of ["x", "y", "z"]) await lab.redis.client().zadd(`${PREFIX}:${PROVE_QUEUE}:completed`, Date.now() + 60_000, id);
    await lab.farm.coordinator(source);
    await until("finished jobs are seen", () => source.first.size === 6);
    expect(source.again).toBe(0);
  });

  it("when its job is done and unreadable", async () => {
    const source = simulatedSource("unreadable", 2, lab.farm.dir);
    await lab.farm.stop(await lab.farm.coordinator(source));
    await lab.farm.worker();
    const jobs = lab.farm.queue();
    await until("the jobs are done", async () => (await jobs.getCompletedCount()) === 2);
    const reports = lab.farm.queue(reportQueue("unreadable"));
    await reports.obliterate({ force: true });
    const client = lab.redis.client();
    for (const jobId of await client.zrange(`${PREFIX}:${PROVE_QUEUE}:completed`, 0, -1)) await client.hset(jobs.toKey(jobId), "data", "{");
    await lab.farm.coordinator(source);
    await until("unreadable jobs are made again", () => source.first.size === 2);
  });

  it("when its job is in no list of the queue", async () => {
    const source = simulatedSource("list", 3, lab.farm.dir);
    await lab.farm.coordinator(source);
    expect(await lab.redis.client().del(`${PREFIX}:${PROVE_QUEUE}:prioritized`)).toBe(1);
    await lab.farm.worker();
    await until("jobs without a place are put in again", () => source.first.size === 3);
  });

  it("when a key of its job is of another kind", async () => {
    const source = simulatedSource("kind", 3, lab.farm.dir);
    await lab.farm.coordinator(source);
    const client = lab.redis.client();
    const [jobId = ""] = await client.zrange(`${PREFIX}:${PROVE_QUEUE}:prioritized`, 0, 0);
    await client.del(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, `${PREFIX}:${PROVE_QUEUE}:prioritized`);
    await client.set(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, "not a hash");
    await lab.farm.worker();
    await until("the job is put in again", () => source.first.size === 3);
  });

  it("when a worker's clock has put it off for an hour", async () => {
    const source = simulatedSource("clock", 2, lab.farm.dir);
    await lab.farm.coordinator(source);
    const client = lab.redis.client();
    const key = (name: string) => `${PREFIX}:${PROVE_QUEUE}:${name}`;
    for (const jobId of await client.zrange(key("prioritized"), 0, -1)) {
      await client.zrem(key("prioritized"), jobId);
      await client.zadd(key("delayed"), (Date.now() + 3_600_000) * 0x1000, jobId);
    }
    await lab.farm.worker();
    await until("the delayed jobs are proven", () => source.first.size === 2);
  });

  it("when another batch cannot be prepared", async () => {
    const source = simulatedSource("other-bad", 4, lab.farm.dir);
    const { statement } = source;
    Object.assign(source, { statement: (n: number) => (n === 2 ? Promise.reject(new Error("its state is gone")) : statement(n)) });
    await lab.farm.coordinator(source);
    await lab.farm.worker();
    await until("the others are proven", () => source.first.size === 3);
    expect([...source.first].sort()).toEqual([1, 3, 4]);
  });

  it("when its proof could not be kept, and is gone when it can be", async () => {
    const source = simulatedSource("kept", 2, lab.farm.dir);
    const { accept } = source;
    let full = true;
    Object.assign(source, {
      accept: async (...args: Parameters<typeof accept>) => {
        if (!full) return accept(...args);
        throw new Error("no space left");
      },
    });
    const made = await lab.farm.coordinator(source);
    await lab.farm.worker();
    await until("something is proven", async () => (await made.queue.getCompletedCount()) === 2);
    await sleep(500);
    lab.farm.loseArtifacts();
    full = false;
    await until("proofs that are gone are made again", () => source.first.size === 2);
    expect(await tripsOf(made)).toBe(0);
  });

  it("when an event of the queue cannot be read: later ones are heard", async () => {
    const source = simulatedSource("events", 1, lab.farm.dir);
    const made = await lab.farm.coordinator(source);
    const jobs = lab.farm.queue();
    const [jobId = ""] = await lab.redis.client().zrange(jobs.toKey("prioritized"), 0, -1);
    const say = (event: string, ...rest: string[]) =>
      lab.redis.client().xadd(jobs.toKey("events"), "*", "event", event, "jobId", jobId, ...rest);
    await say("completed", "returnvalue", "{");
    await until("later events are heard", async () => {
      await say("stalled");
      return (await vanishedOf(made)) > 0;
    });
  });

  it("when the coordinator of another ledger is gone: its proof waits without a slot, and is not made again", async () => {
    const gone = simulatedSource("gone", 1, lab.farm.dir);
    const dir = mkdtempSync(join(tmpdir(), "zkstate-other-"));
    const place = { kind: "http", url: `http://127.0.0.1:${await freePort()}`, token: "t".repeat(32) } as const;
    const other = await lab.farm.serveArtifacts(place);
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
    const first = await lab.farm.coordinator(gone, { place });
    await until("the job is enqueued", async () => (await first.queue.count()) === 1);
    await lab.farm.stop(first);
    await lab.farm.worker(prover, { slots: 1, patienceMs: 100 });
    await until("something is proven", () => made.length === 1);
    const source = simulatedSource("here", 3, dir);
    await lab.farm.coordinator(source, { dir });
    await until("the other ledger has the slot", () => source.first.size === 3);
    const back = await lab.farm.serveArtifacts(place);
    await lab.farm.coordinator(gone, { place });
    await until("the proof that was made is taken", () => gone.first.size === 1);
    expect(made).toEqual([1]);
    await back.close();
    rmSync(dir, { recursive: true, force: true });
  });
});

describe("a worker", () => {
  it("works once at a job that it is given again after Redis was emptied, and breaks off what hangs", async () => {
    const source = simulatedSource("twice", 1, lab.farm.dir);
    await lab.farm.coordinator(source);
    const honest = simulatedProver(20);
    let begun = 0;
    let atOnce = 0;
    let most = 0;
    await lab.farm.worker({
      ...honest,
      prove: async (job, store, signal) => {
        most = Math.max(most, ++atOnce);
        // The first attempt would hang for ever.
        if (++begun === 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return honest.prove(job, store, signal).finally(() => atOnce--);
      },
    });
    await until("the job is in work", () => atOnce === 1);
    await lab.redis.wipe();
    await until("the batch is proven", () => source.first.size === 1);
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
