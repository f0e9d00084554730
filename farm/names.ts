// Names of what the farm keeps in Redis. One prefix, so that an ACL user can be confined to it.
import { JOB_VERSION } from "./job.js";

/** Prefix of all keys, BullMQ's included. */
export const PREFIX = "zkstate";

/** Jobs of this version only: a worker of another version listens to another queue. */
export const PROVE_QUEUE = `prove-v${JOB_VERSION}`;
export const reportQueue = (sourceId: string): string => `reports-v${JOB_VERSION}-${sourceId}`;

/** Pub/sub channel of job ids that need no proof any more. */
export const CANCEL_CHANNEL = `${PREFIX}:cancel`;
/** Pub/sub channel of workers that are taken out of service; the key says for how long. */
export const TRIP_CHANNEL = `${PREFIX}:trip`;
export const workerKey = (name: string): string => `${PREFIX}:worker:${name}`;
export const trippedKey = (name: string): string => `${PREFIX}:tripped:${name}`;
/** Where workers find artifacts, per ledger. */
export const artifactsKey = (replyTo: string): string => `${PREFIX}:artifacts:${replyTo}`;
