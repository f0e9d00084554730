// Whether a Redis is fit for the farm: it must never throw a key away, should survive its own restart, and its clock should be ours.
import type { Redis } from "ioredis";
import { ZkStateError } from "../core/errors.js";

export interface RedisHealth {
  readonly version: string;
  /** maxmemory-policy: only noeviction is right. */
  readonly policy: string;
  readonly appendOnly: boolean;
  /** Share of the memory limit in use, 0 without a limit. */
  readonly memory: number;
  readonly hasLimit: boolean;
  /** Redis' clock minus ours, ms, half of the round trip taken off. */
  readonly skewMs: number;
}

export async function redisHealth(redis: Redis): Promise<RedisHealth> {
  const info = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:([^\\r\\n]*)`, "m").exec(info)?.[1] ?? "";
  const before = Date.now();
  const [seconds, microseconds] = (await redis.time()) as unknown as readonly [string, string];
  const after = Date.now();
  const limit = Number(field("maxmemory"));
  return {
    version: field("redis_version"),
    policy: field("maxmemory_policy"),
    appendOnly: field("aof_enabled") === "1",
    memory: limit === 0 ? 0 : Number(field("used_memory")) / limit,
    hasLimit: limit > 0,
    skewMs: Number(seconds) * 1000 + Number(microseconds) / 1000 - (before + after) / 2,
  };
}

/** @throws CONFIG_INVALID when Redis may throw jobs away */
export async function refuseEviction(redis: Redis): Promise<void> {
  const { policy } = await redisHealth(redis);
  if (policy === "noeviction") return;
  throw new ZkStateError({
    code: "CONFIG_INVALID",
    message: "This Redis throws keys away when it is full, and with them jobs.",
    expected: "maxmemory-policy noeviction",
    got: policy,
    next: "CONFIG SET maxmemory-policy noeviction, and in redis.conf for the next start",
  });
}
