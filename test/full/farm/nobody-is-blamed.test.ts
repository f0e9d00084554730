// Troubles that all share, Redis', the coordinator's and the store's, take no worker out of service. The prover is simulated, the rest is real.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { simulatedProver, simulatedSource } from "../../../bench/scheduler/simulated.js";
import { openPlace } from "../../../cli/farm/artifacts.js";
import { ZkStateError } from "../../../core/errors.js";
import { folderStore } from "../../../farm/artifacts/folder.js";
import { redisSettings } from "../../../farm/connection.js";
import { JOB_VERSION } from "../../../farm/job.js";
import { artifactsKey, reportQueue } from "../../../farm/names.js";
import { type Report, reportIdOf } from "../../../farm/report.js";
import { freePort, startRedis } from "../../helpers/redis.js";
import { until } from "./lab/fault-lab.js";
import { NO_ROUNDS_MS, SimulatedFarm, simulatedFarms, tripsOf, vanishedOf } from "./lab/simulated-farm.js";

const lab = simulatedFarms();

const missing = () => new ZkStateError({ code: "ARTIFACT_MISSING", message: "gone while it was read" });

it.each([
  ["gone", async () => undefined],
  ["garbage", (key: string) => lab.redis.client().set(key, "{")],
  ["list", (key: string) => lab.redis.client().rpush(key, "x")],
])("when what tells workers the place of the artifacts is %s", async (name, spoil) => {
  const source = simulatedSource(name, 8, lab.farm.dir);
  const made = await lab.farm.coordinator(source, { reconcileMs: NO_ROUNDS_MS });
  const key = artifactsKey(reportQueue(name));
  await lab.redis.client().del(key);
  await spoil(key);
  await lab.farm.worker();
  await until("the batches are proven", () => source.first.size === 8);
  expect(await tripsOf(made)).toBe(0);
});

it("when Redis is emptied after a round has begun: a job goes in with its place", async () => {
  const source = simulatedSource("emptied", 1, lab.farm.dir);
  const { unproven } = source;
  Object.assign(source, { unproven: () => lab.redis.wipe().then(unproven) });
  await lab.farm.coordinator(source, { reconcileMs: NO_ROUNDS_MS });
  expect(await lab.redis.client().exists(artifactsKey(reportQueue("emptied")))).toBe(1);
});

it("when the artifacts went under many attempts at once, and were stored again before they failed", async () => {
  const source = simulatedSource("under-attempts", 4, lab.farm.dir);
  const made = await lab.farm.coordinator(source);
  const honest = simulatedProver(20);
  let begun = 0;
  let lost: Promise<void> | undefined;
  const loseAll = async () => {
    await until("the attempts have begun", () => begun === 4);
    lab.farm.loseArtifacts();
    await lab.redis.wipe();
    await until("the jobs are put in again", async () => (await made.queue.count()) === 4);
  };
  await lab.farm.worker(
    {
      ...honest,
      prove: async (job, store, signal) => {
        if (++begun > 4) return honest.prove(job, store, signal);
        lost ??= loseAll();
        await lost;
        throw missing();
      },
    },
    { lockMs: 300_000 },
  );
  await until("the batches are proven", () => source.first.size === 4);
  expect(await tripsOf(made)).toBe(0);
});

it("when the artifacts are lost twice, shortly after each other", async () => {
  const source = simulatedSource("lost-twice", 4, lab.farm.dir);
  const made = await lab.farm.coordinator(source);
  lab.farm.loseArtifacts();
  const honest = simulatedProver(20);
  let second: Promise<void> | undefined;
  await lab.farm.worker({
    ...honest,
    prove: async (job, store, signal) => {
      await store.get(job.input);
      second ??= Promise.resolve().then(() => lab.farm.loseArtifacts());
      await second;
      return honest.prove(job, store, signal);
    },
  });
  await until("the batches are proven", () => source.first.size === 4);
  expect(await tripsOf(made)).toBe(0);
});

it("when its coordinator stored the artifacts again and was replaced before it took the reports", async () => {
  const source = simulatedSource("replaced", 4, lab.farm.dir);
  const first = await lab.farm.coordinator(source);
  const honest = simulatedProver(20);
  let begun = 0;
  let replaced = false;
  await lab.farm.worker({
    ...honest,
    prove: async (job, store, signal) => {
      if (++begun > 4) return honest.prove(job, store, signal);
      await until("the coordinator is replaced", () => replaced);
      throw missing();
    },
  });
  await until("the attempts have begun", () => begun === 4);
  await lab.farm.stop(first);
  const made = await lab.farm.coordinator(source);
  replaced = true;
  await until("the batches are proven", () => source.first.size === 4);
  expect(await tripsOf(made)).toBe(0);
});

it("when the worker's clock is ahead of the coordinator's", async () => {
  const source = simulatedSource("clocks", 4, lab.farm.dir);
  const made = await lab.farm.coordinator(source, { reconcileMs: NO_ROUNDS_MS });
  const jobs = await lab.farm.queue().getPrioritized();
  lab.farm.loseArtifacts();
  const now = Date.now();
  const reports = jobs.map(({ id }, at): Report => {
    const said = { version: JOB_VERSION, jobId: `${id}`, attempt: 1, fence: `attempt-${at}`, worker: "w" } as const;
    const outcome = { kind: "failed", code: "ARTIFACT_MISSING", message: "gone" } as const;
    return { ...said, startedAt: now + 3_600_000, finishedAt: now + 3_660_000, outcome };
  });
  const queue = lab.farm.queue(reportQueue("clocks"));
  for (const report of reports) await queue.add("report", report, { jobId: reportIdOf(report) });
  await until("the reports are taken", async () => (await queue.getCompletedCount()) === 4);
  expect(await tripsOf(made)).toBe(0);
});

it.each([
  ["what is in it", () => readdirSync(lab.farm.artifacts).map((name) => join(lab.farm.artifacts, name))],
  ["the folder itself", () => [lab.farm.artifacts]],
])("when the folder of the artifacts is lost: %s", async (_, lost) => {
  const source = simulatedSource("folder", 6, lab.farm.dir);
  const made = await lab.farm.coordinator(source);
  for (const path of lost()) rmSync(path, { recursive: true });
  await lab.farm.worker();
  // A worker that finds no store cannot know whose fault that is: the coordinator mends it within a round.
  await until("the batches are proven", () => source.first.size === 6);
  expect(await tripsOf(made)).toBe(0);
});

it("when a coordinator of another token follows at the same address, and proofs are not lost", async () => {
  const source = simulatedSource("tokens", 4, lab.farm.dir);
  const url = `http://127.0.0.1:${await freePort()}`;
  const placeOf = (token: string) => ({ kind: "http", url, token }) as const;
  const first = await lab.farm.coordinator(source, { place: placeOf("first") });
  const before = await lab.farm.serveArtifacts(placeOf("first"));
  const honest = simulatedProver(20);
  let proofs = 0;
  let replaced = false;
  const worker = await lab.farm.worker({
    ...honest,
    prove: async (job, store, signal) => {
      const proof = await honest.prove(job, store, signal);
      proofs++;
      await until("the coordinator is replaced", () => replaced);
      return proof;
    },
  });
  await until("something is proven", () => proofs === 4);
  await lab.farm.stop(first);
  await before.close();
  const after = await lab.farm.serveArtifacts(placeOf("second"));
  replaced = true;
  await sleep(500); // the workers hear that their token is wrong
  const made = await lab.farm.coordinator(source, { place: placeOf("second") });
  await until("the proofs are taken", () => source.first.size === 4);
  expect([proofs, await tripsOf(made)]).toEqual([4, 0]);
  await lab.farm.stop(worker);
  await after.close();
});

it("when the disk of the store is full: proofs are kept and given back, not made again", async () => {
  const source = simulatedSource("disk", 6, lab.farm.dir);
  const place = { kind: "http", url: `http://127.0.0.1:${await freePort()}`, token: "t".repeat(32) } as const;
  let full = true;
  const server = await lab.farm.serveArtifacts(place, () => full);
  const made = await lab.farm.coordinator(source, { place });
  const honest = simulatedProver(20);
  let proofs = 0;
  const worker = await lab.farm.worker(
    {
      ...honest,
      prove: async (...args) => {
        const proof = await honest.prove(...args);
        proofs++;
        return proof;
      },
    },
    { patienceMs: 100 },
  );
  await until("every batch has a proof", () => proofs === 6);
  full = false;
  await until("the batches are proven", () => source.first.size === 6);
  expect([proofs, await tripsOf(made)]).toEqual([6, 0]);
  await lab.farm.stop(worker);
  await server.close();
});

it("but a worker is whose way to the artifacts is barred, while the coordinator has told the right one all the time", async () => {
  const source = simulatedSource("barred", 6, lab.farm.dir);
  const place = { kind: "http", url: `http://127.0.0.1:${await freePort()}`, token: "told" } as const;
  const server = await lab.farm.serveArtifacts({ ...place, token: "of another server" });
  const made = await lab.farm.coordinator(source, { place });
  const worker = await lab.farm.worker();
  await until("the worker is taken out of service", async () => (await tripsOf(made)) === 1);
  await lab.farm.stop(worker);
  await server.close();
});

it("for an outage that is longer than a lock", async () => {
  const lasting = await startRedis({ appendOnly: true });
  const away = new SimulatedFarm(lasting);
  try {
    const source = simulatedSource("outage", 1, away.dir);
    const made = await away.coordinator(source);
    await away.worker(simulatedProver(8000), { lockMs: 1000 });
    await until("the job is in work", async () => (await made.queue.getActiveCount()) === 1);
    await lasting.stop();
    await sleep(2500);
    await lasting.restart();
    await until("the batch is proven", () => source.first.size === 1);
    expect(await vanishedOf(made)).toBe(0);
  } finally {
    await away.close();
    await lasting.close();
  }
});

it("a worker goes into no folder but a store of artifacts, and makes none again that is gone", async () => {
  const open = openPlace(redisSettings(lab.redis.url, {}));
  const [elsewhere, path] = [join(lab.farm.dir, "elsewhere"), join(lab.farm.dir, "store")];
  expect(() => open({ kind: "folder", path: elsewhere })).toThrow(expect.objectContaining({ code: "ARTIFACT_MISSING" }));
  expect(readdirSync(lab.farm.dir)).toEqual([]);
  folderStore(path);
  const store = open({ kind: "folder", path });
  expect(store.name).toContain("store");
  rmSync(path, { recursive: true });
  await expect(store.put(Buffer.from("proof"))).rejects.toMatchObject({ code: "ARTIFACT_MISSING" });
  expect(readdirSync(lab.farm.dir)).toEqual([]);
});
