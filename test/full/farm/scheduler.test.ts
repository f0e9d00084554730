// The scheduler with many workers and proofs that cost nothing. The full load, 10,000 jobs over 200 workers, is `npm run bench:farm`.
import { afterAll, beforeAll, expect, it } from "vitest";
import { runScheduler } from "../../../bench/scheduler/run.js";
import { type RedisServer, startRedis } from "../../helpers/redis.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

it("loses no job of 800, and takes none twice, with fifty workers and more batches than the window takes", async () => {
  const result = await runScheduler(redis.url, { jobs: 800, workers: 50, processes: 2, proofMs: 50, window: 250 });
  expect(result).toMatchObject({ proven: 800, again: 0 });
  expect(result.coordinatorPeakMiB).toBeLessThan(512);
});
