// Where a coordinator keeps artifacts, and how a worker opens what it is told.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ZkStateError } from "../../core/errors.js";
import type { ArtifactPlace } from "../../farm/artifacts/advertised.js";
import { folderStore, isFolderStore, noFolder } from "../../farm/artifacts/folder.js";
import { httpStore } from "../../farm/artifacts/http.js";
import { redisStore } from "../../farm/artifacts/redis.js";
import type { ArtifactStore } from "../../farm/artifacts/store.js";
import { type RedisSettings, redisSettings, storeConnection } from "../../farm/connection.js";
import { farmToken } from "../../farm/secrets.js";
import type { Context } from "../command.js";
import { fileError } from "../file-trouble.js";
import { writeBytes } from "../write-text.js";

export interface CoordinatorArtifacts {
  readonly store: ArtifactStore;
  /** What workers are told; for a store that the coordinator serves, once its address is known. */
  readonly place: (url: string) => ArtifactPlace;
  /** Opens the board and the served store. */
  readonly token: string;
}

/** What no job has asked for in this time is of batches that were proven long ago. */
const WEEK_MS = 7 * 24 * 3600 * 1000;

const DATABASE = /^redis:(\d{1,5})$/;

/** With a connection of its own, which ends with it. */
function inRedis(settings: RedisSettings): ArtifactStore {
  const client = storeConnection(settings);
  return { ...redisStore(client), close: async () => client.disconnect() };
}

const TOKEN = /^[A-Za-z0-9_-]{32}$/;

/** Drawn once per ledger: workers that know it outlive a coordinator. @throws DISK_FULL, READ_ONLY, IO_FAILED */
function ownToken(dataDir: string): string {
  const path = join(dataDir, "farm", "token");
  try {
    const known = existsSync(path) ? readFileSync(path, "utf8").trim() : "";
    if (TOKEN.test(known)) {
      chmodSync(path, 0o600);
      return known;
    }
  } catch (e) {
    throw fileError(e, path, "read");
  }
  const token = randomBytes(24).toString("base64url");
  writeBytes(path, Buffer.from(`${token}\n`), 0o600);
  return token;
}

/** @throws CONFIG_INVALID, and what writing into the ledger's folder throws */
export function coordinatorArtifacts(context: Context, redis: RedisSettings): CoordinatorArtifacts {
  const { settings, env } = context;
  const { value } = settings.artifacts;
  const token = farmToken(env) ?? ownToken(settings.data.value);
  if (value === "" || value === "http") {
    const store = folderStore(join(settings.data.value, "farm", "artifacts"), { keepMs: WEEK_MS });
    return { store, place: (url) => ({ kind: "http", url, token }), token };
  }
  const database = DATABASE.exec(value)?.[1];
  if (database !== undefined) {
    const db = Number(database);
    if (db === redis.db) throw sameDatabase(value);
    return { store: inRedis({ ...redis, db }), place: () => ({ kind: "redis", db }), token };
  }
  if (/^rediss?:\/\//.test(value)) {
    // Its password is not for the queue's Redis: workers are given the same --artifacts.
    return { store: inRedis(redisSettings(value, env)), place: () => ({ kind: "given" }), token };
  }
  const path = resolve(value);
  return { store: folderStore(path), place: () => ({ kind: "folder", path }), token };
}

const sameDatabase = (got: string): ZkStateError =>
  new ZkStateError({
    code: "CONFIG_INVALID",
    message: "Artifacts and queue do not share a database: one would crowd out the other.",
    expected: "another database, such as redis:1",
    got,
  });

/** The store of --artifacts, for workers that are not to look it up. @throws CONFIG_INVALID */
export function fixedArtifacts({ settings, env }: Context, redis: RedisSettings): ArtifactStore | undefined {
  const { value } = settings.artifacts;
  if (value === "" || value === "http") return undefined;
  const database = DATABASE.exec(value)?.[1];
  if (database !== undefined) return inRedis({ ...redis, db: Number(database) });
  if (/^rediss?:\/\//.test(value)) return inRedis(redisSettings(value, env));
  if (/^https?:\/\//.test(value)) return httpStore(value, farmToken(env) ?? "");
  return folderStore(resolve(value));
}

/** What a coordinator advertises, opened. */
export function openPlace(redis: RedisSettings): (place: ArtifactPlace) => ArtifactStore {
  return (place) => {
    switch (place.kind) {
      case "folder":
        // Whoever writes to Redis must not lead a worker into any folder of its machine.
        if (!isFolderStore(place.path)) throw noFolder(place.path);
        return folderStore(place.path, { advertised: true });
      case "http":
        return httpStore(place.url, place.token, { advertised: true });
      case "given":
        throw notGiven();
      case "redis":
        return inRedis({ ...redis, db: place.db });
      default: {
        const gone: never = place;
        throw new Error(`unknown place ${String(gone)}`);
      }
    }
  };
}

const notGiven = (): ZkStateError =>
  new ZkStateError({
    code: "CONFIG_INVALID",
    message: "The artifacts of this farm are in a Redis that each worker must be told of.",
    next: "start the worker with the coordinator's --artifacts",
  });
