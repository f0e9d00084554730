// The farm at a moment, read from the tasks and from Redis: for metrics, autoscalers and `zkstate status`.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { parseJson } from "../json.js";
import { workerKey } from "../names.js";
import { type FarmSnapshot, type TaskState, WorkerBeat } from "../status.js";
import { redisMemory } from "./redis-memory.js";

/** What workers have said of themselves in the last 30 seconds. */
export async function readWorkers(redis: Redis): Promise<WorkerBeat[]> {
  const keys: string[] = [];
  for await (const found of redis.scanStream({ match: workerKey("*"), count: 1000 })) keys.push(...(found as string[]));
  const texts = keys.length === 0 ? [] : await redis.mget(keys);
  const beats = texts.map((text) => (text === null ? undefined : WorkerBeat.safeParse(parseJson(text)).data));
  return beats.filter((beat): beat is WorkerBeat => beat !== undefined).sort((a, b) => a.name.localeCompare(b.name));
}

/** The queue's counts by state. */
export const queueCounts = (queue: Queue): Promise<Record<string, number>> =>
  queue.getJobCounts("waiting", "prioritized", "active", "delayed", "completed", "failed");

interface Known {
  readonly sourceId: string;
  readonly tasks: Readonly<Record<TaskState, number>>;
  readonly oldest: { readonly batchNumber: number; readonly createdAt: number } | undefined;
  readonly proveMs: Readonly<Record<string, number>>;
}

export async function takeSnapshot(redis: Redis, queue: Queue, { sourceId, tasks, oldest, proveMs }: Known): Promise<FarmSnapshot> {
  const [workers, counts, memory] = await Promise.all([readWorkers(redis), queueCounts(queue), redisMemory(redis)]);
  const at = Date.now();
  const oldestUnproven = oldest && { batchNumber: oldest.batchNumber, ageMs: at - oldest.createdAt };
  return { at, sourceId, tasks, queue: counts, oldestUnproven, workers, proveMs, redisMemory: memory };
}
