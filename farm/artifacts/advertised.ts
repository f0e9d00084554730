// Where a ledger's artifacts are, as its coordinator tells the workers through Redis.
import type { Redis } from "ioredis";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { asQueueError } from "../connection.js";
import { parseJson } from "../json.js";
import { artifactsKey } from "../names.js";

/** A token in Redis opens nothing to those who can read Redis but what its jobs name anyway. */
export const ArtifactPlace = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("folder"), path: z.string() }),
  z.strictObject({ kind: z.literal("http"), url: z.url(), token: z.string() }),
  /** Another database of the same Redis. */
  z.strictObject({ kind: z.literal("redis"), db: z.int().min(0) }),
  /** Another Redis, whose password is not for this one: each worker is given --artifacts. */
  z.strictObject({ kind: z.literal("given") }),
]);
export type ArtifactPlace = z.infer<typeof ArtifactPlace>;

/** Writes only when that changes something: a full Redis can still be read. What is no text there is overwritten. @returns true when it was written */
export async function advertise(redis: Redis, key: string, place: ArtifactPlace): Promise<boolean> {
  const text = JSON.stringify(place);
  const known = await redis.get(key).catch(() => null);
  if (known === text) return false;
  await redis.set(key, text);
  return true;
}

/** @throws NOBODY_COORDINATING when no coordinator of that ledger has said, or Redis has forgotten it; QUEUE_UNAVAILABLE */
export async function findPlace(redis: Redis, replyTo: string): Promise<ArtifactPlace> {
  const text = await redis.get(artifactsKey(replyTo)).catch((e: unknown) => {
    if (`${e}`.includes("WRONGTYPE")) return null;
    throw asQueueError(e);
  });
  const read = text === null ? undefined : ArtifactPlace.safeParse(parseJson(text)).data;
  if (read !== undefined) return read;
  const next = "start the ledger's coordinator, or give the worker --artifacts";
  throw new ZkStateError({
    code: "NOBODY_COORDINATING",
    message: `Nobody tells where the artifacts of ${replyTo} are.`,
    next,
    retryable: true,
  });
}
