// Connections to Redis: settings from a URL and the environment, one client for workers that wait, one for callers that must know at once.
//
// No error from here shows a password: what a URL holds is never quoted, and ioredis' own errors, which carry their command, are not kept.
import { Redis, type RedisOptions } from "ioredis";
import { ZkStateError } from "../core/errors.js";
import { errnoOf } from "../prover/file-errors.js";
import { contentOf, invalid, onlyOne, secretFile } from "./secrets.js";

export interface RedisSettings {
  /** For people: without user and password. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly tls: { readonly ca?: string } | undefined;
  /** A function, so that neither logs nor JSON show what it returns. */
  readonly credentials: () => { readonly username?: string; readonly password?: string };
}

const FORM = "redis://[user:password@]host[:port][/database], or rediss:// for TLS";

const badUrl = (got: string) =>
  invalid("The URL of Redis is not valid.", FORM, got, "correct ZKSTATE_REDIS_URL; write special characters of a password as %XX");

/** @throws CONFIG_INVALID */
function parsed(url: string): { at: URL; db: number } {
  if (!/^rediss?:\/\//.test(url)) throw badUrl("something that does not begin with redis:// or rediss://");
  if (!URL.canParse(url)) throw badUrl("something that cannot be parsed");
  const at = new URL(url);
  if (at.hostname === "") throw badUrl("no host");
  if (at.search !== "" || at.hash !== "") throw badUrl("a ? or # after the host");
  const db = /^(?:\/([0-9]{1,5})?)?$/.exec(at.pathname);
  if (db === null) throw badUrl("a path that is not the number of a database");
  return { at, db: Number(db[1] ?? 0) };
}

/** The URL without user and password; nothing of one that cannot be read, since a password may be anywhere in it. */
export function redacted(url: string): string {
  try {
    const { at, db } = parsed(url);
    return `${at.protocol}//${at.host}/${db}`;
  } catch {
    return "a URL that cannot be read";
  }
}

/**
 * @param env - ZKSTATE_REDIS_USERNAME, ZKSTATE_REDIS_PASSWORD or ZKSTATE_REDIS_PASSWORD_FILE, ZKSTATE_REDIS_CA_FILE
 * @throws CONFIG_INVALID, never with the password
 */
export function redisSettings(url: string, env: NodeJS.ProcessEnv): RedisSettings {
  const { at, db } = parsed(url);
  const username = onlyOne("user", { "the URL": decoded(at.username), ZKSTATE_REDIS_USERNAME: env["ZKSTATE_REDIS_USERNAME"] });
  const password = onlyOne("password", {
    "the URL": decoded(at.password),
    ZKSTATE_REDIS_PASSWORD: env["ZKSTATE_REDIS_PASSWORD"],
    ZKSTATE_REDIS_PASSWORD_FILE: secretFile("ZKSTATE_REDIS_PASSWORD_FILE", env),
  });
  const credentials = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  return {
    shown: redacted(url),
    host: at.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(at.port || 6379),
    db,
    tls: tlsOf(at.protocol, env["ZKSTATE_REDIS_CA_FILE"]),
    credentials: () => credentials,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl("a user or password with a % that is not followed by two hexadecimal digits");
  }
}

function tlsOf(protocol: string, caFile: string | undefined): RedisSettings["tls"] {
  const wanted = protocol === "rediss:";
  if (caFile === undefined || caFile === "") return wanted ? {} : undefined;
  if (wanted) return { ca: contentOf("ZKSTATE_REDIS_CA_FILE", caFile) };
  const message = "ZKSTATE_REDIS_CA_FILE is set, but the URL of Redis does not use TLS.";
  throw invalid(message, "rediss://", "redis://", "write rediss:// in the URL, or unset ZKSTATE_REDIS_CA_FILE");
}

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 5_000;
const PRODUCER_WAIT_MS = 5_000;

function client(settings: RedisSettings, options: RedisOptions): Redis {
  const { host, port, db, tls } = settings;
  const made = new Redis({
    host,
    port,
    db,
    ...settings.credentials(),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    enableReadyCheck: true,
    keepAlive: 10_000,
    retryStrategy: (times) => Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS),
    ...options,
  });
  made.on("error", () => undefined); // without a listener it would end the process; commands fail or wait on their own
  return made;
}

/** For workers: commands wait for as long as Redis is away. */
export const workerConnection = (settings: RedisSettings): Redis => client(settings, { maxRetriesPerRequest: null });

/** For artifact stores: a command waits for a connection, but not for ever. */
export const storeConnection = (settings: RedisSettings): Redis => client(settings, { maxRetriesPerRequest: 5, commandTimeout: 60_000 });

/** For callers that must know at once: a command fails when Redis is away, even before the first 'ready'. See connectProducer. */
export function producerConnection(settings: RedisSettings): Redis {
  return client(settings, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 5_000, connectTimeout: 5_000 });
}

/**
 * A producer's connection that is ready.
 * @throws QUEUE_UNAVAILABLE when Redis is not reached in time, CONFIG_INVALID as soon as it is clear that it never will be
 */
export async function connectProducer(settings: RedisSettings, waitMs: number = PRODUCER_WAIT_MS): Promise<Redis> {
  const made = producerConnection(settings);
  let last: ZkStateError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let heard: ((e: unknown) => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      heard = (e) => {
        last = asQueueError(e);
        if (last.code === "CONFIG_INVALID") reject(last);
      };
      made.on("error", heard);
      made.once("ready", () => resolve());
      timer = setTimeout(() => reject(unreachable(settings, last)), waitMs);
    });
    return made;
  } catch (e) {
    made.disconnect();
    throw e;
  } finally {
    clearTimeout(timer);
    if (heard !== undefined) made.off("error", heard);
  }
}

function unreachable(settings: RedisSettings, last: ZkStateError | undefined): ZkStateError {
  const got = last?.got ?? "no answer";
  const next = "start Redis, or correct ZKSTATE_REDIS_URL (rediss:// where Redis has TLS, and only there), and run the same command again";
  return new ZkStateError({ code: "QUEUE_UNAVAILABLE", message: `Redis at ${settings.shown} is not reached.`, got, next });
}

const REFUSED = /\b(?:WRONGPASS|NOAUTH|NOPERM|DENIED)\b|invalid password|without any password configured|DB index is out of range/;
const NOT_READY = /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MISCONF|BUSY|TRYAGAIN|NOREPLICAS)\b|max number of clients/;
const AWAY = /Connection is closed|Command timed out|not connected|max retries per request|connection close|Socket timeout|Ready check/;
const AWAY_ERRNO = /^(?:ECONN[A-Z]+|E[A-Z]*TIMEDOUT|EPIPE|ENOTFOUND|EAI_[A-Z]+|EHOST[A-Z]+|ENET[A-Z]+|EADDRNOTAVAIL)$/;
const TLS_ERRNO = /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * What Redis or its client threw, as one of our errors.
 * @returns QUEUE_FULL, QUEUE_UNAVAILABLE, CONFIG_INVALID, or INTERNAL for what is not Redis'; a ZkStateError passes unchanged
 */
export function asQueueError(e: unknown): ZkStateError {
  if (e instanceof ZkStateError) return e;
  const got = textOf(e);
  const errno = errnoOf(e);
  if (/\bOOM\b/.test(got)) {
    const next = "wait until the workers have caught up, or raise maxmemory of Redis";
    return new ZkStateError({ code: "QUEUE_FULL", message: "Redis has no memory left.", got, next });
  }
  if (REFUSED.test(got)) {
    const next = "check user, password and database number, and with ACL GETUSER what the user may do";
    return new ZkStateError({ code: "CONFIG_INVALID", message: "Redis refused this user.", got, next });
  }
  if (TLS_ERRNO.test(errno) || /^Protocol error/.test(got)) {
    const next = "use rediss:// where Redis expects TLS and redis:// elsewhere; name a private authority in ZKSTATE_REDIS_CA_FILE";
    return new ZkStateError({ code: "CONFIG_INVALID", message: "Redis and this client do not understand each other.", got, next });
  }
  if (NOT_READY.test(got) || AWAY.test(got) || AWAY_ERRNO.test(errno)) {
    const next = "check that Redis runs and is reached from here; it is tried again";
    return new ZkStateError({ code: "QUEUE_UNAVAILABLE", message: "Redis does not answer.", got, next });
  }
  return new ZkStateError({
    code: "INTERNAL",
    message: "Something failed while Redis was used.",
    got,
    ...(isReply(e) ? {} : { cause: e }),
  });
}

/** Errors of replies carry their command with all its arguments, AUTH's among them. */
const isReply = (e: unknown): boolean => typeof e === "object" && e !== null && "command" in e;

/** ioredis' words for a command without a connection and without a queue to wait in. */
const UNCONNECTED = /^.*Stream isn't writeable.*$/s;

/** All that an error says, with the reasons of an aborted transaction and without the arguments that Redis quotes. */
function textOf(e: unknown): string {
  if (!(e instanceof Error)) return String(e);
  const before = "previousErrors" in e && Array.isArray(e.previousErrors) ? e.previousErrors.map(textOf) : [];
  const own = e.message.replace(UNCONNECTED, "not connected").replace(/, with args beginning with:.*/s, "") || errnoOf(e) || e.name;
  return [own, ...before].join("; ");
}
