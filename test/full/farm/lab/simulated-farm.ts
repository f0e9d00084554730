// Coordinators and workers in this process, with real Redis, queue, tables and stores; only the proofs are simulated.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { fastify } from "fastify";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type SimulatedSource, simulatedProver, simulatedVerifier } from "../../../../bench/scheduler/simulated.js";
import { openPlace } from "../../../../cli/farm/artifacts.js";
import type { ArtifactPlace } from "../../../../farm/artifacts/advertised.js";
import { folderStore } from "../../../../farm/artifacts/folder.js";
import { redisSettings, workerConnection } from "../../../../farm/connection.js";
import { Coordinator } from "../../../../farm/coordinator/coordinator.js";
import type { CoordinatorOptions } from "../../../../farm/coordinator/desk.js";
import { artifactRoutes } from "../../../../farm/http/artifact-routes.js";
import { PREFIX, PROVE_QUEUE } from "../../../../farm/names.js";
import { FarmTable } from "../../../../farm/table.js";
import type { JobProver } from "../../../../farm/worker/prover.js";
import { FarmWorker, type FarmWorkerOptions } from "../../../../farm/worker/worker.js";
import { type RedisServer, startRedis } from "../../../helpers/redis.js";

const log = pino({ level: "silent" });

/** Rounds by the clock come too late with this: what is wrong must be found by what the workers report. */
export const NO_ROUNDS_MS = 3_600_000;

/** How often a worker was taken out of service. */
export const tripsOf = async ({ metrics }: Coordinator): Promise<number | undefined> => (await metrics.trips.get()).values[0]?.value;

/** How often a worker was said to have vanished. */
export const vanishedOf = async ({ metrics }: Coordinator): Promise<number> =>
  (await metrics.deaths.get()).values.find(({ labels }) => labels["how"] === "vanished")?.value ?? 0;

export class SimulatedFarm {
  readonly dir = mkdtempSync(join(tmpdir(), "zkstate-simulated-"));
  readonly artifacts = join(this.dir, "artifacts");
  private readonly closing = new Map<Coordinator | FarmWorker, () => Promise<unknown>>();

  constructor(private readonly redis: RedisServer) {}

  private get settings() {
    return redisSettings(this.redis.url, {});
  }

  /** A coordinator that has done its first round. */
  async coordinator(
    source: SimulatedSource,
    options: Partial<CoordinatorOptions> & { readonly place?: ArtifactPlace; readonly dir?: string } = {},
  ): Promise<Coordinator> {
    const { place = { kind: "folder", path: this.artifacts } as const, dir = this.dir, ...rest } = options;
    const table = FarmTable.open(dir);
    const made = new Coordinator(
      { version: "test", reconcileMs: 200, ...rest },
      {
        connect: () => workerConnection(this.settings),
        source,
        table,
        artifacts: folderStore(this.artifacts),
        place: () => place,
        verifier: simulatedVerifier,
        log,
        keepBundle: async () => "",
        refusedHere: async () => undefined,
      },
    );
    await made.start();
    this.closing.set(made, async () => {
      await made.stop();
      await table.close();
    });
    return made;
  }

  async worker(prover: JobProver = simulatedProver(20), options: Partial<FarmWorkerOptions> = {}): Promise<FarmWorker> {
    const own = { name: "w", version: "test", slots: 4, threads: 1, backend: "simulated", circuits: [], beatMs: 200 };
    const made = new FarmWorker(
      { ...own, ...options },
      { connect: () => workerConnection(this.settings), prover, openPlace: openPlace(this.settings), log },
    );
    await made.ready();
    this.closing.set(made, () => made.drain(1000));
    return made;
  }

  /** Of any name below the farm's prefix. */
  queue(name = PROVE_QUEUE): Queue {
    const made = new Queue(name, { connection: this.redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX });
    made.on("error", () => undefined);
    return made;
  }

  /** Serves the artifacts where a place says that they are; takes none while its disk is full. */
  async serveArtifacts(
    { url, token }: Extract<ArtifactPlace, { kind: "http" }>,
    full: () => boolean = () => false,
  ): Promise<{ close(): Promise<unknown> }> {
    const app = fastify({ forceCloseConnections: true });
    app.addHook("onRequest", async ({ method }, reply) => {
      if (method === "PUT" && full()) await reply.code(507).send({ error: { code: "DISK_FULL", message: "no space left" } });
    });
    app.register(artifactRoutes(folderStore(this.artifacts), token, 8192));
    await app.listen({ host: "127.0.0.1", port: Number(new URL(url).port) });
    return app;
  }

  /** All artifacts are gone; the folder is still a store. */
  loseArtifacts(): void {
    for (const name of readdirSync(this.artifacts).filter((entry) => entry.length === 2)) {
      rmSync(join(this.artifacts, name), { recursive: true });
    }
  }

  async stop(made: Coordinator | FarmWorker): Promise<void> {
    await this.closing.get(made)?.();
    this.closing.delete(made);
  }

  async close(): Promise<void> {
    for (const made of [...this.closing.keys()].reverse()) await this.stop(made);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A Redis for a test file, and a farm for each of its tests. */
export function simulatedFarms(): { readonly redis: RedisServer; readonly farm: SimulatedFarm } {
  let redis: RedisServer;
  let farm: SimulatedFarm;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.wipe();
    farm = new SimulatedFarm(redis);
  });
  afterEach(() => farm.close());
  return {
    get redis() {
      return redis;
    },
    get farm() {
      return farm;
    },
  };
}
