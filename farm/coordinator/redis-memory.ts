// How full Redis is.
import type { Redis } from "ioredis";

/** Share of the memory limit in use, 0 to 1; 0 when there is no limit. */
export async function redisMemory(redis: Redis): Promise<number> {
  const info = await redis.info("memory");
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const limit = number("maxmemory");
  return limit === 0 ? 0 : number("used_memory") / limit;
}
