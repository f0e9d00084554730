// zkstate worker: proves for any number of ledgers, until it is told to stop.
import { randomBytes } from "node:crypto";
import { availableParallelism, hostname, totalmem } from "node:os";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { ChildProver } from "../../farm/worker/prover.js";
import { FarmWorker } from "../../farm/worker/worker.js";
import { cacheDir } from "../../prover/cache-dir.js";
import { backendFor, backendName, threadsGiven } from "../circuits.js";
import { type CliCommand, type Options, withExamples, withSettings } from "../command.js";
import { fixedArtifacts, openPlace } from "../farm/artifacts.js";
import { commandLog, withLog } from "../farm/log.js";
import { numberOption } from "../farm/numbers.js";
import { farmRedis, reachRedis } from "../farm/redis.js";
import { untilAborted } from "../farm/until-aborted.js";
import { packageVersion } from "../version.js";

/** What is left for the system and the worker itself. */
const MEMORY_SHARE = 0.8;

/** Slots and threads per proof: by default one proof per core, which is what a farm gets the most out of. */
function sizes(options: Options, threads: number | undefined): { slots: number; threads: number } {
  const cores = availableParallelism();
  const slots =
    options["concurrency"] === "auto" ? Math.max(1, Math.floor(cores / (threads ?? 1))) : numberOption(options, "concurrency", 1, 1024);
  return { slots, threads: threads ?? Math.max(1, Math.floor(cores / slots)) };
}

function memoryBytes(options: Options): number {
  if (options["memory"] !== "auto") return numberOption(options, "memory", 1, 1_000_000) * 2 ** 20;
  const limit = process.constrainedMemory?.() || totalmem();
  return Math.floor(MEMORY_SHARE * Math.min(limit, totalmem()));
}

function nameOf(options: Options): string {
  const name = options["name"] === undefined ? `${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}` : String(options["name"]);
  if (/^[A-Za-z0-9._-]{1,100}$/.test(name)) return name;
  throw new ZkStateError({
    code: "USAGE",
    message: "--name is not a worker's name.",
    expected: "1 to 100 letters, digits, dots and dashes",
    got: name,
  });
}

export const command: CliCommand = {
  define: (c) => {
    c.option("--name <name>", "a name that no other worker has (default: host, process and chance)")
      .option("--concurrency <n>", "proofs at a time", "auto")
      .option("--memory <MiB>", "memory for all proofs together", "auto")
      .option("--circuits <ids>", "circuit profiles to serve, with commas (default: all)", "")
      .option("--limit <seconds>", "time after which a proof is killed and tried again", "1800")
      .option("--grace <seconds>", "time that running proofs have when the worker is told to stop", "120")
      .option("--recycle <n>", "proofs after which a proving process is replaced", "64")
      .option("--lock <seconds>", "silence after which a worker counts as dead and its job goes to another", "30");
    withSettings(c, "redis", "backend", "threads", "artifacts", "cache");
    withLog(c);
    withExamples(c, "zkstate worker --redis redis://127.0.0.1:6379", "zkstate worker --concurrency 1 --threads 2 --circuits default");
  },
  run: async (context, options) => {
    const { settings, signal } = context;
    const { slots, threads } = sizes(options, threadsGiven(settings));
    const [limitMs, graceMs, lockMs] = [
      numberOption(options, "limit", 1, 86_400) * 1000,
      numberOption(options, "grace", 0, 86_400) * 1000,
      numberOption(options, "lock", 1, 3600) * 1000,
    ];
    const backend = (await backendFor(settings)).name;
    const redis = farmRedis(context);
    const artifacts = fixedArtifacts(context, redis);
    const name = nameOf(options);
    const log = commandLog(context, options).child({ worker: name });
    const connect = await reachRedis(redis);
    const prover = new ChildProver({
      backend: backendName(settings),
      threads,
      cacheDir: cacheDir(settings.cache.value || undefined),
      limitMs,
      memoryBytes: memoryBytes(options),
      recycleAfter: numberOption(options, "recycle", 1, 1_000_000),
    });
    const circuits = String(options["circuits"])
      .split(",")
      .filter((id) => id !== "");
    const worker = new FarmWorker(
      { name, version: packageVersion(), slots, threads, backend, circuits, lockMs },
      { connect, prover, openPlace: openPlace(redis), log, ...(artifacts && { artifacts }) },
    );
    await worker.ready();
    log.info({ slots, threads, backend, redis: redis.shown }, "ready");
    await untilAborted(signal);
    await worker.drain(graceMs);
    log.info("stopped");
    return EXIT.ok;
  },
};
