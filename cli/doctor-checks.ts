// The checks of `zkstate doctor`. None of them changes anything but for a probe file that is removed again.
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { instance } from "../circuits/instances.js";
import { ZkStateError } from "../core/errors.js";
import { asQueueError, connectProducer } from "../farm/connection.js";
import { FULL } from "../farm/coordinator/enqueue.js";
import { type RedisHealth, redisHealth } from "../farm/redis-health.js";
import { hasData } from "../ledger/store/engine.js";
import { LedgerStore } from "../ledger/store/ledger-store.js";
import { nativeAddon } from "../native/addon.js";
import { circuitDigest } from "../prover/artifacts.js";
import { cacheDir } from "../prover/cache-dir.js";
import { backendFor, circuitSource, keyKind } from "./circuits.js";
import type { Context } from "./command.js";
import { farmRedis } from "./farm/redis.js";
import { errorText } from "./output.js";
import type { Settings } from "./settings.js";

export interface Check {
  readonly name: string;
  readonly level: "ok" | "warn" | "fail";
  readonly found: string;
  readonly next?: string;
}

const GIB = 2 ** 30;
/** snarkjs proves the default profile in about 3 GiB. */
const MEMORY_GIB = 4;
const DISK_GIB = 2;
const NODE = [20, 19] as const;
/** What BullMQ recommends at least. */
const REDIS = [6, 2] as const;
const SKEW_MS = 2000;

const check = (name: string, ok: boolean, found: string, next: string, bad: "warn" | "fail" = "fail"): Check =>
  ok ? { name, level: "ok", found } : { name, level: bad, found, next };

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return check("node", ok, process.versions.node, `install Node.js ${NODE.join(".")} or newer`);
}

function memoryCheck(): Check {
  // Linux: the limit of the container, where there is one.
  const limit = process.constrainedMemory?.() || totalmem();
  const bytes = Math.min(limit, totalmem());
  const found = `${(bytes / GIB).toFixed(1)} GiB, ${availableParallelism()} cores`;
  return check("memory", bytes >= MEMORY_GIB * GIB, found, `give it ${MEMORY_GIB} GiB, or use a smaller profile`, "warn");
}

/** The nearest folder that exists can be written to and has room. */
function folderCheck(name: string, path: string, flag: string): Check {
  let folder = path;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    const probe = mkdtempSync(join(folder, ".zkstate-doctor-"));
    try {
      writeFileSync(join(probe, "probe"), "probe");
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  } catch (e) {
    return {
      name,
      level: "fail",
      found: `${path}: ${e instanceof Error ? e.message : "not writable"}`,
      next: `choose another folder with ${flag}`,
    };
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / GIB;
  return check(
    name,
    free >= DISK_GIB,
    `${path}, ${free.toFixed(1)} GiB free`,
    `free ${DISK_GIB} GiB, or choose another folder with ${flag}`,
    "warn",
  );
}

async function ledgerCheck(settings: Settings): Promise<Check> {
  const dir = settings.data.value;
  if (!hasData(dir)) return { name: "ledger", level: "ok", found: `none in ${dir} yet` };
  try {
    const store = LedgerStore.open(dir, { readOnly: true });
    try {
      const waiting = [...store.unproven()].length;
      const found = `batch ${store.head().batchNumber}, ${waiting} waiting for a proof`;
      return check("ledger", waiting === 0, found, "run `zkstate prove --batch FILE` again with the file that was interrupted", "warn");
    } finally {
      await store.close();
    }
  } catch (e) {
    return { name: "ledger", level: "fail", found: errorText(e), next: (e instanceof ZkStateError && e.next) || "zkstate inspect --audit" };
  }
}

async function circuitCheck(settings: Settings, cache: string): Promise<Check[]> {
  try {
    const circuit = instance(settings.profile.value);
    const digest = await circuitDigest(circuitSource(circuit));
    const isCompiled = existsSync(join(cache, "circuits", digest, "manifest.json"));
    const kind = keyKind(settings);
    const hasKeys = existsSync(join(cache, "keys", digest, kind, "key.json"));
    const setup = kind === "development" ? "nothing to do: `zkstate prove` makes them" : "zkstate setup --ptau FILE";
    return [
      {
        name: "circuit",
        level: "ok",
        found: `${circuit.id} ${digest.slice(0, 16)}…, ${isCompiled ? "compiled" : "compiled at first use"}`,
      },
      check("keys", hasKeys || kind === "development", hasKeys ? `${kind} keys are there` : `no ${kind} keys yet`, setup),
    ];
  } catch (e) {
    return [{ name: "circuit", level: "fail", found: errorText(e), next: "npm ci" }];
  }
}

async function backendCheck(settings: Settings): Promise<Check> {
  const { addon, why } = nativeAddon();
  const slower = why === undefined ? "" : `; the native prover, more than ten times as fast, is not there: ${why}`;
  try {
    const { name } = await backendFor(settings);
    if (name === "native") return { name: "backend", level: "ok", found: `native, ${addon?.engines()[0]} instructions` };
    const level = settings.backend.value === "auto" ? "warn" : "ok";
    return {
      name: "backend",
      level,
      found: `${name}${slower}`,
      ...(level === "warn" && { next: "install g++, then npm run build:native" }),
    };
  } catch (e) {
    return check("backend", false, errorText(e), "use --backend auto");
  }
}

/** Nothing is said of Redis where none is set. */
async function redisChecks(context: Context): Promise<Check[]> {
  if (context.settings.redis.value === "") return [];
  try {
    const connection = await connectProducer(farmRedis(context));
    try {
      return redisLines(await redisHealth(connection));
    } finally {
      connection.disconnect();
    }
  } catch (e) {
    return [check("redis", false, errorText(asQueueError(e)), "docs/farm.md tells how to set it up")];
  }
}

function redisLines({ version, policy, appendOnly, memory, hasLimit, skewMs }: RedisHealth): Check[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const recent = major > REDIS[0] || (major === REDIS[0] && minor >= REDIS[1]);
  const used = hasLimit ? `${Math.round(100 * memory)} % of its memory limit` : "no memory limit";
  return [
    check("redis", recent, `version ${version}`, `install Redis ${REDIS.join(".")} or newer`),
    check("redis policy", policy === "noeviction", policy, "CONFIG SET maxmemory-policy noeviction: any other loses jobs"),
    check(
      "redis disk",
      appendOnly,
      `appendonly ${appendOnly ? "yes" : "no"}`,
      "CONFIG SET appendonly yes: a restart then loses a second at most",
      "warn",
    ),
    check(
      "redis room",
      hasLimit && memory <= FULL,
      used,
      hasLimit ? "raise maxmemory: above 80 % no job is added" : "set maxmemory below the machine's memory",
      "warn",
    ),
    check("clock", Math.abs(skewMs) < SKEW_MS, `${Math.round(skewMs)} ms from Redis'`, "run a time service on both machines", "warn"),
  ];
}

export async function runChecks(context: Context): Promise<Check[]> {
  const { settings } = context;
  const cache = cacheDir(settings.cache.value === "" ? undefined : settings.cache.value);
  return [
    nodeCheck(),
    memoryCheck(),
    folderCheck("cache", cache, "--cache"),
    folderCheck("data", settings.data.value, "--data"),
    folderCheck("out", settings.out.value, "--out"),
    await ledgerCheck(settings),
    ...(await circuitCheck(settings, cache)),
    await backendCheck(settings),
    ...(await redisChecks(context)),
  ];
}
