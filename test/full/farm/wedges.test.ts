// States of Redis and of the table from which a batch must find its way out. The prover is simulated; queue, tables and stores are real.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { simulatedProver, simulatedSource, simulatedVerifier } from "../../../bench/scheduler/simulated.js";
import { openPlace } from "../../../cli/farm/artifacts.js";
import { ZkStateError } from "../../../core/errors.js";
import { folderStore } from "../../../farm/artifacts/folder.js";
import { redisSettings, workerConnection } from "../../../farm/connection.js";
import { Coordinator } from "../../../farm/coordinator/coordinator.js";
import { artifactsKey, PREFIX, PROVE_QUEUE, reportQueue } from "../../../farm/names.js";
import { FarmTable } from "../../../farm/table.js";
import type { JobProver } from "../../../farm/worker/prover.js";
import { FarmWorker } from "../../../farm/worker/worker.js";
import { type RedisServer, startRedis } from "../../helpers/redis.js";

const log = pino({ level: "silent" });
let redis: RedisServer;
let dir = "";
let closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "zkstate-wedges-"));
  await redis.wipe();
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  rmSync(dir, { recursive: true, force: true });
});

const settings = () => redisSettings(redis.url, {});
const artifacts = () => join(dir, "artifacts");

/** How often a worker was taken out of service. */
const tripsOf = async ({ metrics }: Coordinator): Promise<number | undefined> => (await metrics.trips.get()).values[0]?.value;

function emptyStore(): void {
  for (const name of readdirSync(artifacts()).filter((entry) => entry.length === 2)) rmSync(join(artifacts(), name), { recursive: true });
}

/** A coordinator that has done its first round. */
async function coordinator(source: ReturnType<typeof simulatedSource>, reconcileMs = 200): Promise<Coordinator> {
  const table = FarmTable.open(dir);
  const made = new Coordinator(
    { version: "test", reconcileMs },
    {
      connect: () => workerConnection(settings()),
      source,
      table,
      artifacts: folderStore(artifacts()),
      place: () => ({ kind: "folder", path: artifacts() }),
      verifier: simulatedVerifier,
      log,
      keepBundle: async () => "",
      refusedHere: async () => undefined,
    },
  );
  await made.start();
  closing.push(async () => {
    await made.stop();
    await table.close();
  });
  return made;
}

async function stop(): Promise<void> {
  await closing.pop()?.();
}

async function worker(prover: JobProver = simulatedProver(20)): Promise<void> {
  const options = { name: "w", version: "test", slots: 4, threads: 1, backend: "simulated", circuits: [], beatMs: 200 };
  const made = new FarmWorker(options, {
    connect: () => workerConnection(settings()),
    prover,
    openPlace: openPlace(settings()),
    log,
  });
  await made.ready();
  closing.push(() => made.drain(1000));
}

async function until(what: () => boolean | Promise<boolean>, message: string): Promise<void> {
  for (const end = Date.now() + 60_000; !(await what()); await sleep(50)) if (Date.now() > end) throw new Error(message);
}

function queue(): Queue {
  const made = new Queue(PROVE_QUEUE, { connection: redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
  made.on("error", () => undefined);
  return made;
}

describe("a batch finds its way out", () => {
  it("when the reports of many jobs are lost, and others have finished jobs after them", async () => {
    const source = simulatedSource("lost", 6, dir);
    await coordinator(source);
    await stop();
    await worker();
    const jobs = queue();
    await until(async () => (await jobs.getCompletedCount()) === 6, "the jobs are not done");
    const reports = new Queue(reportQueue("lost"), { connection: redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
    await reports.obliterate({ force: true });
    for (const id of ["x", "y", "z"]) await redis.client().zadd(`${PREFIX}:${PROVE_QUEUE}:completed`, Date.now() + 60_000, id);
    await coordinator(source);
    await until(() => source.first.size === 6, "a finished job was not seen");
    expect(source.again).toBe(0);
  });

  it("when its job is done and unreadable", async () => {
    const source = simulatedSource("unreadable", 2, dir);
    await coordinator(source);
    await stop();
    await worker();
    const jobs = queue();
    await until(async () => (await jobs.getCompletedCount()) === 2, "the jobs are not done");
    const reports = new Queue(reportQueue("unreadable"), { connection: redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
    await reports.obliterate({ force: true });
    const client = redis.client();
    for (const jobId of await client.zrange(`${PREFIX}:${PROVE_QUEUE}:completed`, 0, -1)) await client.hset(jobs.toKey(jobId), "data", "{");
    await coordinator(source);
    await until(() => source.first.size === 2, "an unreadable job was not made again");
  });

  it("when its job is in no list of the queue", async () => {
    const source = simulatedSource("list", 3, dir);
    await coordinator(source);
    expect(await redis.client().del(`${PREFIX}:${PROVE_QUEUE}:prioritized`)).toBe(1);
    await worker();
    await until(() => source.first.size === 3, "a job without a place was not put in again");
  });

  it("when a key of its job is of another kind", async () => {
    const source = simulatedSource("kind", 3, dir);
    await coordinator(source);
    const client = redis.client();
    const [jobId = ""] = await client.zrange(`${PREFIX}:${PROVE_QUEUE}:prioritized`, 0, 0);
    await client.del(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, `${PREFIX}:${PROVE_QUEUE}:prioritized`);
    await client.set(`${PREFIX}:${PROVE_QUEUE}:${jobId}`, "not a hash");
    await worker();
    await until(() => source.first.size === 3, "the job was not put in again");
  });

  it("when a worker's clock has put it off for an hour", async () => {
    const source = simulatedSource("clock", 2, dir);
    await coordinator(source);
    const client = redis.client();
    const key = (name: string) => `${PREFIX}:${PROVE_QUEUE}:${name}`;
    for (const jobId of await client.zrange(key("prioritized"), 0, -1)) {
      await client.zrem(key("prioritized"), jobId);
      await client.zadd(key("delayed"), (Date.now() + 3_600_000) * 0x1000, jobId);
    }
    await worker();
    await until(() => source.first.size === 2, "the jobs are still delayed");
  });

  it("when another batch cannot be prepared", async () => {
    const source = simulatedSource("other-bad", 4, dir);
    const { statement } = source;
    Object.assign(source, { statement: (n: number) => (n === 2 ? Promise.reject(new Error("its state is gone")) : statement(n)) });
    await coordinator(source);
    await worker();
    await until(() => source.first.size === 3, "the others wait for it");
    expect([...source.first].sort()).toEqual([1, 3, 4]);
  });

  it("when its proof could not be kept, and is gone when it can be", async () => {
    const source = simulatedSource("kept", 2, dir);
    const { accept } = source;
    let full = true;
    Object.assign(source, {
      accept: async (...args: Parameters<typeof accept>) => {
        if (!full) return accept(...args);
        throw new Error("no space left");
      },
    });
    const made = await coordinator(source);
    await worker();
    await until(async () => (await made.queue.getCompletedCount()) === 2, "nothing is proven");
    await sleep(500);
    emptyStore();
    full = false;
    await until(() => source.first.size === 2, "a proof that is gone is not made again");
    expect(await tripsOf(made)).toBe(0);
  });

  // Rounds by the clock come too late for these: what is wrong must be found by what the workers report, and nobody be blamed for it.
  const NEVER_MS = 3_600_000;

  it.each([
    ["gone", (key: string) => redis.client().del(key)],
    ["garbage", (key: string) => redis.client().set(key, "{")],
  ])("when what tells workers the place of the artifacts is %s", async (name, spoil) => {
    const source = simulatedSource(name, 8, dir);
    const made = await coordinator(source, NEVER_MS);
    await spoil(artifactsKey(reportQueue(name)));
    await worker();
    await until(() => source.first.size === 8, "the batches are not proven");
    expect(await tripsOf(made)).toBe(0);
  });

  it("when Redis is emptied after a round has begun: a job goes in with its place", async () => {
    const source = simulatedSource("emptied", 1, dir);
    const { unproven } = source;
    Object.assign(source, { unproven: () => redis.wipe().then(unproven) });
    await coordinator(source, NEVER_MS);
    expect(await redis.client().exists(artifactsKey(reportQueue("emptied")))).toBe(1);
  });

  it("when the artifacts went under many attempts at once, and were stored again before they failed", async () => {
    const source = simulatedSource("under-attempts", 4, dir);
    const made = await coordinator(source);
    const honest = simulatedProver(20);
    let begun = 0;
    let lost: Promise<void> | undefined;
    const loseAll = async () => {
      await until(() => begun === 4, "the attempts have not begun");
      emptyStore();
      await redis.wipe();
      await until(async () => (await made.queue.count()) === 4, "the jobs are not put in again");
    };
    await worker({
      ...honest,
      prove: async (job, store, signal) => {
        if (++begun > 4) return honest.prove(job, store, signal);
        lost ??= loseAll();
        await lost;
        throw new ZkStateError({ code: "ARTIFACT_MISSING", message: "gone while it was read" });
      },
    });
    await until(() => source.first.size === 4, "the batches are not proven");
    expect(await tripsOf(made)).toBe(0);
  });
});

it("a worker goes into no folder but a store of artifacts", () => {
  const open = openPlace(settings());
  expect(() => open({ kind: "folder", path: join(dir, "elsewhere") })).toThrow(expect.objectContaining({ code: "ARTIFACT_MISSING" }));
  expect(readdirSync(dir)).toEqual([]);
  folderStore(join(dir, "store"));
  expect(open({ kind: "folder", path: join(dir, "store") }).name).toContain("store");
});
