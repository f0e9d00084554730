// The farm's Redis as the settings name it, reached once before anything is begun.
import type { Redis } from "ioredis";
import { ZkStateError } from "../../core/errors.js";
import { asQueueError, connectProducer, type RedisSettings, redisSettings, workerConnection } from "../../farm/connection.js";
import { refuseEviction } from "../../farm/redis-health.js";
import type { Context } from "../command.js";

/** @throws CONFIG_INVALID without a URL, or with a wrong one */
export function farmRedis({ settings, env }: Context): RedisSettings {
  if (settings.redis.value !== "") return redisSettings(settings.redis.value, env);
  const next = "give --redis redis://HOST:6379, or set ZKSTATE_REDIS_URL";
  throw new ZkStateError({
    code: "CONFIG_INVALID",
    message: "The farm needs the URL of its Redis.",
    expected: "--redis URL",
    got: "none",
    next,
  });
}

/** Makes connections that outlive outages, after one that shows that Redis is there. @throws QUEUE_UNAVAILABLE, CONFIG_INVALID */
export async function reachRedis(settings: RedisSettings): Promise<() => Redis> {
  const probe = await connectProducer(settings);
  try {
    await refuseEviction(probe);
  } catch (e) {
    throw asQueueError(e);
  } finally {
    probe.disconnect();
  }
  return () => workerConnection(settings);
}
