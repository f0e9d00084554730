// What can happen to the coordinator and to those who submit: death at any stage, a rival, other keys, the same file twice, no Redis.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { instance } from "../../../circuits/instances.js";
import { circuitSource } from "../../../cli/circuits.js";
import { compileCircuit } from "../../../prover/artifacts.js";
import { type RedisServer, type RedisServerOptions, startRedis } from "../../helpers/redis.js";
import { batchFile, Lab, type LabOptions, recovered } from "./lab/lab.js";
import type { Command } from "./lab/processes.js";

const labs: Lab[] = [];
const servers: RedisServer[] = [];

async function makeLab(options: LabOptions): Promise<Lab> {
  const lab = await Lab.make(options);
  labs.push(lab);
  return lab;
}

async function makeServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Jobs of the proofs that a worker has made. */
const provedBy = ({ log }: Command): unknown[] =>
  log.filter(({ outcome }) => (outcome as { kind?: string } | undefined)?.kind === "proved").map(({ jobId }) => jobId);

/** As many proofs as there are batches, no two of them of the same one. */
function expectNoProofTwice(batches: number, ...workers: readonly Command[]): void {
  const proved = workers.flatMap(provedBy);
  expect([proved.length, new Set(proved).size]).toEqual([batches, batches]);
}

async function killed(command: Command): Promise<void> {
  command.kill("SIGKILL");
  await command.ended;
}

/** A coordinator as soon as the place of the one that was killed is free. */
async function successor(lab: Lab): Promise<Command> {
  for (const end = Date.now() + 120_000; ; await sleep(200)) {
    const error = await lab.coordinator().catch((e: unknown) => e);
    if (!(error instanceof Error)) return error as Command;
    expect(error.message).toContain("STORE_BUSY");
    if (Date.now() > end) throw error;
  }
}

const STAGES = ["listening", "prepared", "enqueued", "received", "verified", "accepted"] as const;
const STALE_MS = 10_000;

describe("a coordinator killed", () => {
  it("at any stage leaves nothing to be proven twice", async () => {
    const server = await makeServer();
    const all = await Promise.all(STAGES.map((stage) => makeLab({ batches: 2, seed: stage, server })));
    const [one] = all;
    if (one === undefined) throw new Error("no lab");
    const worker = await one.worker("one", ["--concurrency", "2"]);
    const farms = await Promise.all(
      all.map(async (lab, i) => {
        const first = await lab.coordinator();
        await first.logged(STAGES[i] ?? "");
        await killed(first);
        return { lab, first, at: Date.now() };
      }),
    );
    await sleep(STALE_MS);
    const seconds = await Promise.all(farms.map(({ lab }) => successor(lab)));
    for (const [i, { lab, first, at }] of farms.entries()) {
      await lab.untilProven();
      recovered(
        `coordinator killed at "${STAGES[i]}"`,
        "from its death, 10 s of a stale lock included, until all is proven",
        Date.now() - at,
      );
      await lab.expectChain();
      const accepted = [first, seconds[i]].flatMap((c) => c?.log.filter(({ msg }) => msg === "accepted").map((l) => l.batchNumber));
      expect(new Set(accepted).size).toBe(accepted.length);
    }
    expectNoProofTwice(2 * all.length, worker);
    for (const lab of all) await lab.expectNothingLeft();
  });
});

describe("a second coordinator", () => {
  it("is refused, and `prove` waits for the first one and takes its place when that is killed", async () => {
    const lab = await makeLab({ batches: 4, seed: "rivals" });
    const file = join(lab.dir, "batches.jsonl");
    writeFileSync(file, batchFile("rivals", 4));
    const first = await lab.coordinator();
    const rival = lab.start(["coordinator", "--listen", "127.0.0.1:0"]);
    expect([(await rival.ended).code, rival.stderr]).toEqual([4, expect.stringContaining("STORE_BUSY")]);
    const prove = lab.start(["prove", "--batch", file, "--profile", "tiny", "--json"]);
    const worker = await lab.worker("one");
    await first.logged("accepted");
    await killed(first);
    const at = Date.now();
    expect([(await prove.ended).code, prove.stderr]).toEqual([0, expect.anything()]);
    recovered("coordinator killed beside `prove --redis`", "until `prove` has coordinated the rest and ended", Date.now() - at);
    expect(prove.stderr).not.toContain("this worker only fails");
    expectNoProofTwice(4, worker);
    await lab.expectChain();
    await lab.expectNothingLeft();
  });
});

describe("the same file", () => {
  it("submitted twice at once and once more is executed and proven once", async () => {
    const lab = await makeLab({ batches: 3, seed: "twice" });
    await lab.release();
    rmSync(lab.data, { recursive: true });
    const file = join(lab.dir, "batches.jsonl");
    writeFileSync(file, batchFile("twice", 3));
    const prove = () => lab.start(["prove", "--batch", file, "--profile", "tiny", "--json"]);
    const worker = await lab.worker("one");
    const start = Date.now();
    const commands = [prove(), prove()];
    await Promise.all(commands.map(({ ended }) => ended));
    recovered("the same file submitted twice at once", "until both have ended", Date.now() - start);
    commands.push(prove());
    for (const { ended, stderr } of commands) expect([(await ended).code, stderr]).toEqual([0, stderr]);
    const [one, ...others] = commands.map(({ stdout }) => (JSON.parse(stdout) as { batches: Record<string, unknown>[] }).batches);
    expect(one).toHaveLength(3);
    for (const other of others) expect(other.map(whatItSays)).toEqual(one?.map(whatItSays));
    expectNoProofTwice(3, worker);
    await lab.expectChain();
    await lab.expectNothingLeft();
  });

  const whatItSays = ({ proved: _, ...rest }: Record<string, unknown>) => rest;
});

describe("new keys", () => {
  it("supersede the jobs of the old ones, the running one too", async () => {
    const lab = await makeLab({ batches: 3, seed: "keys" });
    const circuit = await compileCircuit(circuitSource(instance("tiny")));
    const cache = join(lab.dir, "new-keys");
    mkdirSync(join(cache, "circuits"), { recursive: true });
    cpSync(dirname(circuit.wasmPath), join(cache, "circuits", circuit.digest), { recursive: true });

    const [old, worker] = await Promise.all([lab.coordinator(), lab.worker("one", ["--cache", join(lab.dir, "worker")])]);
    await old.logged("enqueued", { nth: 3 });
    process.kill(await worker.childRunning("prove-child"), "SIGSTOP");
    expect(await old.stop()).toEqual({ code: 0, signal: null });
    const start = Date.now();
    const now = await lab.coordinator(["--cache", cache]);
    await lab.untilProven();
    recovered("other keys", "from the start of the coordinator that makes them until all is proven", Date.now() - start);
    expect(now.log.filter(({ msg }) => msg?.startsWith("superseded"))).toHaveLength(3);
    expect(worker.log.filter(({ outcome }) => outcome === "broken off").length).toBeGreaterThan(0);
    const keyOf = ({ log }: Command) => new Set(log.filter(({ msg }) => msg === "enqueued").map(({ jobId }) => jobId));
    expect([...keyOf(old)].filter((id) => keyOf(now).has(id) || provedBy(worker).includes(id))).toEqual([]);
    expectNoProofTwice(3, worker);
    await lab.expectOnce(now);
    await lab.expectChain();
    await lab.expectNothingLeft();
  });
});

describe("Redis at the start", () => {
  const COMMANDS = [["worker"], ["coordinator", "--listen", "127.0.0.1:0"], ["prove", "--batch", "batches.jsonl", "--profile", "tiny"]];

  it("is missing or refuses the password: every command says so and ends, and names no password", async () => {
    const lab = await makeLab({ batches: 1, seed: "none" });
    writeFileSync(join(lab.dir, "batches.jsonl"), batchFile("none", 1));
    const { port } = await makeServer({ args: ["--requirepass", "another"] });
    const start = Date.now();
    const run = async (args: readonly string[], at: number) => {
      const command = lab.start([...args, "--redis", `redis://:geheim@127.0.0.1:${at}`]);
      const { code } = await command.ended;
      expect(command.stderr + command.stdout).not.toContain("geheim");
      return [args[0], code, /[A-Z]+_[A-Z]+/.exec(command.stderr)?.[0]];
    };
    const none = await Promise.all(COMMANDS.map((args) => run(args, 1)));
    expect(none).toEqual(COMMANDS.map(([name]) => [name, 4, "QUEUE_UNAVAILABLE"]));
    const refused = await Promise.all(COMMANDS.map((args) => run(args, port)));
    expect(refused).toEqual(COMMANDS.map(([name]) => [name, 2, "CONFIG_INVALID"]));
    recovered("no Redis at the start", "until the last of six commands has said so", Date.now() - start);
    await lab.expectNothingLeft();
  });
});
