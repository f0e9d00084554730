// A coordinator over the ledger of the settings, from connecting to closing. One at a time per ledger.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { lock } from "proper-lockfile";
import { ZkStateError } from "../../core/errors.js";
import { refusedHere } from "../../farm/coordinator/check-input.js";
import { Coordinator } from "../../farm/coordinator/coordinator.js";
import { ChildVerifier, MAX_PROOF_BYTES } from "../../farm/coordinator/verifier.js";
import { artifactRoutes } from "../../farm/http/artifact-routes.js";
import { startServer } from "../../farm/http/server.js";
import { FarmTable } from "../../farm/table.js";
import { hasData } from "../../ledger/store/engine.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { genesisRoot } from "../execute/execute-file.js";
import { makeProgress } from "../progress.js";
import { packageVersion } from "../version.js";
import { writeBytes, writeText } from "../write-text.js";
import { coordinatorArtifacts } from "./artifacts.js";
import { LedgerSource } from "./ledger-source.js";
import { farmRedis, reachRedis } from "./redis.js";
import { untilAborted } from "./until-aborted.js";

export interface CoordinatorSettings {
  readonly host: string;
  readonly port: number;
  /** Address by which workers reach the server, when it is not the one it listens on. */
  readonly advertised?: string;
  readonly reconcileMs?: number;
  readonly window?: number;
  readonly maxDeaths?: number;
  readonly log: Logger;
}

export interface RunningCoordinator {
  readonly coordinator: Coordinator;
  readonly url: string;
  readonly table: FarmTable;
  stop(): Promise<void>;
}

const SCALING = { latencySeconds: 60, min: 0, max: 100 };

/** The coordinator's place in a ledger's folder. */
export interface Role {
  /** Aborted when another took the place, because this process stood still for too long. */
  readonly lost: AbortSignal;
  giveBack(): Promise<void>;
}

/** @returns undefined while another coordinator has it @throws INPUT_NOT_FOUND without a ledger */
export async function takeRole(dataDir: string): Promise<Role | undefined> {
  if (!hasData(dataDir)) {
    const next = "create the ledger first with zkstate init, or point --data to it";
    throw new ZkStateError({ code: "INPUT_NOT_FOUND", message: `There is no ledger in ${dataDir}.`, next });
  }
  const dir = join(dataDir, "farm");
  await mkdir(dir, { recursive: true });
  const lost = new AbortController();
  const onCompromised = () =>
    lost.abort(
      new ZkStateError({ code: "STORE_BUSY", message: "Another coordinator has taken this one's place.", next: "stop one of them" }),
    );
  try {
    const release = await lock(dir, { stale: 10_000, update: 3000, lockfilePath: join(dir, "coordinator.lock"), onCompromised });
    return { lost: lost.signal, giveBack: () => release().catch(() => undefined) };
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw e;
  }
}

/** Names this ledger's reports in Redis: the genesis for people, chance against two folders with the same genesis. */
function sourceId(dataDir: string, genesis: bigint): string {
  const path = join(dataDir, "farm", "id");
  if (!existsSync(path)) writeText(path, `${genesis.toString(16).padStart(64, "0").slice(0, 12)}-${randomBytes(6).toString("hex")}\n`);
  return readFileSync(path, "utf8").trim();
}

/** Starts a coordinator over a store that was opened to write sometimes; the caller has the role. @throws CONFIG_INVALID, QUEUE_UNAVAILABLE, and what its first round throws */
export async function runCoordinator(context: Context, store: LedgerStore, options: CoordinatorSettings): Promise<RunningCoordinator> {
  const { settings, output } = context;
  const { log, host, port, advertised } = options;
  const dataDir = settings.data.value;
  const redis = farmRedis(context);
  const connect = await reachRedis(redis);
  const artifacts = coordinatorArtifacts(context, redis);
  const id = sourceId(dataDir, genesisRoot(store));
  const progress = makeProgress(output);
  const source = new LedgerSource(context, store, id, progress);
  const table = FarmTable.open(dataDir);
  const quarantine = join(dataDir, "quarantine");
  const keepBundle = async (batchNumber: number, bytes: Uint8Array): Promise<string> => {
    mkdirSync(quarantine, { recursive: true });
    const path = join(quarantine, `batch-${`${batchNumber}`.padStart(6, "0")}.json.gz`);
    writeBytes(path, bytes);
    return path;
  };
  let place = artifacts.place("");
  const parts = {
    connect,
    source,
    table,
    artifacts: artifacts.store,
    place: () => place,
    verifier: new ChildVerifier(),
    log,
    keepBundle,
    refusedHere: (batchNumber: number) => refusedHere(source, batchNumber),
  };
  const { reconcileMs, window, maxDeaths } = options;
  const own = { ...(reconcileMs && { reconcileMs }), ...(window && { window }), ...(maxDeaths && { maxDeaths }) };
  const coordinator = new Coordinator({ version: packageVersion(), ...own }, parts);
  const closeAll = async () => {
    await coordinator.stop();
    await artifacts.store.close();
    await table.close();
    progress.stop();
  };
  try {
    const server = await startServer({
      host,
      port,
      metrics: coordinator.metrics,
      snapshot: () => coordinator.snapshot(),
      queues: [coordinator.queue],
      token: artifacts.token,
      scaling: SCALING,
      routes: [artifactRoutes(artifacts.store, artifacts.token, MAX_PROOF_BYTES)],
      log,
    });
    place = artifacts.place(advertised ?? server.url);
    log.info({ url: server.url, artifacts: artifacts.store.name }, "listening");
    const stop = async () => {
      await server.close();
      await closeAll();
    };
    try {
      // The first round waits for Redis for as long as it takes; an interrupt does not.
      await Promise.race([coordinator.start(), untilAborted(context.signal)]);
    } catch (e) {
      await server.close();
      throw e;
    }
    return { coordinator, url: server.url, table, stop };
  } catch (e) {
    await closeAll();
    throw e;
  }
}
