// The Redis user of docs/farm.md: it may do what the farm does, and nothing to what is not the farm's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redisStore } from "../../../farm/artifacts/redis.js";
import { CANCEL_CHANNEL, PREFIX, PROVE_QUEUE, workerKey } from "../../../farm/names.js";
import { type RedisServer, startRedis } from "../../helpers/redis.js";

const ROOT = join(import.meta.dirname, "../../..");
const page = readFileSync(join(ROOT, "docs/farm.md"), "utf8");
const rules = /ACL SETUSER zkstate on >PASSWORD (.+)$/m.exec(page)?.[1] ?? "";

let redis: RedisServer;
let admin: Redis;
let user: Redis;

beforeAll(async () => {
  redis = await startRedis();
  admin = redis.client();
  await admin.call("ACL", "SETUSER", "zkstate", "on", ">secret", ...rules.split(" "));
  user = redis.client({ username: "zkstate", password: "secret", maxRetriesPerRequest: null });
});
afterAll(() => redis.close());

describe("the user of docs/farm.md", () => {
  it("is the one of compose.yaml", () => {
    expect(rules).not.toBe("");
    expect(readFileSync(join(ROOT, "compose.yaml"), "utf8")).toContain(rules);
  });

  it("runs a queue from job to result, with its lists, events and locks", async () => {
    const queue = new Queue(PROVE_QUEUE, { connection: user, prefix: PREFIX });
    const done: string[] = [];
    const worker = new Worker(
      PROVE_QUEUE,
      async (job) => {
        await new Promise((resolve) => setTimeout(resolve, 600)); // longer than a renewal of the lock
        done.push(`${job.id}`);
        return { ok: true };
      },
      { connection: user.duplicate(), prefix: PREFIX, lockDuration: 30_000, lockRenewTime: 200, stalledInterval: 200, name: "w" },
    );
    await queue.add("prove", {}, { jobId: "p1", removeOnComplete: { age: 60, count: 10 } });
    await queue.add("prove", {}, { jobId: "p2", delay: 50, attempts: 2 });
    await expect.poll(() => [...done].sort(), { timeout: 60_000 }).toEqual(["p1", "p2"]);
    expect(await queue.getJobCounts("waiting", "prioritized", "active", "delayed", "completed", "failed")).toMatchObject({ failed: 0 });
    await queue.add("prove", {}, { jobId: "p3", delay: 60_000 });
    expect(await queue.getRanges(["delayed"])).toEqual(["p3"]);
    expect(await queue.remove("p3")).toBe(1);
    await worker.close();
    await queue.close();
  });

  it("keeps beats, artifacts and cancellations", async () => {
    await user.set(workerKey("w"), "{}", "EX", 30);
    expect((await user.scan(0, "MATCH", workerKey("*"), "COUNT", 1000))[1]).toEqual([workerKey("w")]);
    const store = redisStore(user);
    const ref = await store.put(Buffer.from("an artifact"));
    expect(Buffer.from(await store.get(ref)).toString()).toBe("an artifact");
    const subscriber = user.duplicate();
    await subscriber.subscribe(CANCEL_CHANNEL);
    expect(await user.publish(CANCEL_CHANNEL, "p1")).toBe(1);
    subscriber.disconnect();
    expect(await user.info("memory")).toContain("used_memory");
    expect(await admin.call("ACL", "LOG")).toEqual([]);
  });

  it.each([
    ["get", "other"],
    ["set", "other", "1"],
    ["eval", "return redis.call('get', 'other')", 0],
    ["publish", "other", "1"],
    ["keys", "*"],
    ["flushall"],
    ["flushdb"],
    ["config", "get", "*"],
    ["client", "list"],
    ["client", "kill", "type", "normal"],
    ["acl", "list"],
    ["script", "flush"],
    ["swapdb", "0", "1"],
    ["shutdown"],
  ])("may not %s %s", async (command, ...args) => {
    await expect(user.call(command, ...args)).rejects.toThrow(/^NOPERM|can't access at least one of the keys/);
  });
});
