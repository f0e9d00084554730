// A farm under load, deployed while it works, with nobody at work, and with workers that are not for every job.
import { spawn } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cacheDir } from "../../../prover/cache-dir.js";
import { freePort } from "../../helpers/redis.js";
import { FaultLab, isRunning, loggedFor, metric, timeOf, until } from "./lab/fault-lab.js";
import { recovered } from "./lab/lab.js";
import type { Command } from "./lab/processes.js";

let farm: FaultLab;
beforeAll(async () => {
  farm = await FaultLab.make("workload", 18);
});
afterEach(({ task }) => farm.settle(task.result?.state === "fail"));
afterAll(() => farm.close());

const signal = (pid: number, name: NodeJS.Signals): boolean => process.kill(pid, name);
const kinds = async (numbers: readonly number[]) => (await farm.tasks(numbers)).map(({ attempts }) => attempts.map(({ kind }) => kind));
const accepted = async (coordinator: Command, batchNumber: number | undefined) =>
  timeOf(await loggedFor(coordinator, "accepted", batchNumber));

describe("a machine with every core busy", () => {
  it("keeps its locks, and proves each batch at the first attempt", async () => {
    const coordinator = await farm.coordinator();
    const workers = [await farm.worker("one"), await farm.worker("two")];
    const busy = "for (const end = Date.now() + 60_000; Date.now() < end; );";
    const spinners = Array.from({ length: 4 }, () => spawn(process.execPath, ["-e", busy], { stdio: "ignore" }));
    try {
      const numbers = await farm.more(2);
      recovered("saturated machine", "4 busy loops on this machine: until 2 batches are proven", await farm.lab.untilProven());
      for (const { stderr } of [...workers, coordinator]) expect(stderr).not.toMatch(/lock lost|renew|vanished|stalled/);
      expect(await metric(coordinator, "zkstate_requeued_total")).toBe(0);
      expect(await kinds(numbers)).toEqual(numbers.map(() => ["proved"]));
    } finally {
      for (const spinner of spinners) spinner.kill("SIGKILL");
    }
  });
});

describe("a batch that is proven elsewhere while it is in work", () => {
  it("is superseded, and the attempt is cancelled", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const worker = await farm.worker("one");
    const child = await farm.proving(worker);
    signal(child, "SIGSTOP");
    const prove = farm.lab.start(["prove", "--batch", farm.file, "--profile", "tiny"], { ZKSTATE_REDIS_URL: "" });
    expect([(await prove.ended).code, prove.stderr]).toEqual([0, prove.stderr]);
    const at = Date.now();
    const told = timeOf(await coordinator.logged("superseded: the batch was proven elsewhere"));
    await until("the attempt cancelled", () => !isRunning(child));
    const took = Date.now() - told;
    recovered("batch superseded", "batch proven elsewhere: until the coordinator knows", told - at);
    recovered("batch superseded", "superseded: until the attempt is broken off", took);
    await worker.logged("attempt ended");
    expect(await farm.tasks([batch ?? 0])).toMatchObject([{ state: "superseded", deaths: 0, failures: 0 }]);
    expect(await metric(coordinator, "zkstate_cancelled_total")).toBeGreaterThan(0);
  });
});

describe("a deployment", () => {
  it("lets a worker finish what it has in hand", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const worker = await farm.worker("one");
    await farm.proving(worker);
    const at = Date.now();
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    recovered("deploy", "worker told to stop mid-proof: until it has finished and ended", Date.now() - at);
    await accepted(coordinator, batch);
    expect(await kinds([batch ?? 0])).toEqual([["proved"]]);
  });

  it("takes back what a worker without grace has in hand, at no cost to the batch", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const worker = await farm.worker("one", "--grace", "0");
    signal(await farm.proving(worker), "SIGSTOP");
    await farm.worker("two");
    const at = Date.now();
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    recovered("deploy", "worker told to stop without grace: until it has ended", Date.now() - at);
    recovered("deploy", "the same: until its batch is proven elsewhere", (await accepted(coordinator, batch)) - at);
    expect(await coordinator.logged("received")).toMatchObject({ worker: "one", kind: "handed-back" });
    expect(await kinds([batch ?? 0])).toEqual([["proved"]]);
    expect(await farm.tasks([batch ?? 0])).toMatchObject([{ deaths: 0, failures: 0, provenBy: "two" }]);
  });

  it("replaces the coordinator on the same port while a proof is made", async () => {
    const [batch] = await farm.more(1);
    const listen = ["--listen", `127.0.0.1:${await freePort()}`];
    const coordinator = await farm.coordinator(...listen);
    const worker = await farm.worker("one");
    const child = await farm.proving(worker);
    signal(child, "SIGSTOP");
    expect(await coordinator.stop()).toEqual({ code: 0, signal: null });
    const at = Date.now();
    const next = await farm.coordinator(...listen);
    signal(child, "SIGCONT");
    recovered("deploy", "coordinator replaced: until the batch in work is accepted", (await accepted(next, batch)) - at);
    expect(await kinds([batch ?? 0])).toEqual([["proved"]]);
  });
});

describe("a farm without workers", () => {
  it("says that nobody is proving, until somebody is", async () => {
    await farm.more(2);
    const coordinator = await farm.coordinator();
    await coordinator.logged("enqueued", { nth: 2 });
    const idle = farm.lab.start(["status", "--json"]);
    expect([(await idle.ended).code, JSON.parse(idle.stdout)]).toMatchObject([4, { unproven: 2, redis: { workers: [] } }]);
    expect(await metric(coordinator, "zkstate_workers")).toBe(0);
    expect(await metric(coordinator, 'zkstate_queue_jobs{state="prioritized"}')).toBe(2);
    await farm.worker("one");
    const status = farm.lab.start(["status", "--json"]);
    expect([(await status.ended).code, JSON.parse(status.stdout)]).toMatchObject([0, { redis: { workers: [{ name: "one" }] } }]);
    expect(await metric(coordinator, "zkstate_workers")).toBe(1);
  });
});

describe("a worker with more slots than memory", () => {
  it("makes one proof at a time", async () => {
    const numbers = await farm.more(4);
    const coordinator = await farm.coordinator();
    await coordinator.logged("enqueued", { nth: 4 });
    const worker = await farm.worker("one", "--concurrency", "4", "--memory", "1100");
    let most = 0;
    await until("all proven", async () => {
      most = Math.max(most, worker.children("prove-child").length);
      return (await farm.lab.unproven()).length === 0;
    });
    expect(most).toBe(1);
    const events = worker.log.filter(({ msg }) => /^attempt/.test(msg ?? "")).map(({ msg }) => msg);
    expect(events.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => "attempt started"));
    expect(await kinds(numbers)).toEqual(numbers.map(() => ["proved"]));
  });
});

describe("workers that are not for every job", () => {
  it("gives a job of another circuit back", async () => {
    const [batch] = await farm.more(1);
    const coordinator = await farm.coordinator();
    const foreign = await farm.worker("foreign", "--circuits", "default", "--log-level", "debug");
    expect(await foreign.logged("not served here: left to another worker")).toMatchObject({ batchNumber: batch, circuit: "tiny" });
    const at = Date.now();
    await farm.worker("one", "--circuits", "default,tiny");
    recovered(
      "circuit that a worker does not serve",
      "job handed back by a worker of another circuit: until it is proven",
      (await accepted(coordinator, batch)) - at,
    );
    expect(await farm.tasks([batch ?? 0])).toMatchObject([{ deaths: 0, failures: 0, provenBy: "one" }]);
  });

  it("proves with the coordinator's key, whatever keys it has of its own", async () => {
    const cache = join(farm.lab.dir, "cache");
    const [known] = await farm.tasks([1]);
    const circuit = join("circuits", known?.job.circuit.digest ?? "");
    cpSync(join(cacheDir(), circuit), join(cache, circuit), { recursive: true });
    const setup = farm.lab.start(["setup", "--profile", "tiny", "--cache", cache, "--json"]);
    expect([(await setup.ended).code, setup.stderr]).toEqual([0, setup.stderr]);
    const own = JSON.parse(setup.stdout) as { vkeyDigest: string; circuitDigest: string };
    const numbers = await farm.more(1);
    const coordinator = await farm.coordinator();
    await farm.worker("one", "--cache", cache);
    await accepted(coordinator, numbers[0]);
    const [task] = await farm.tasks(numbers);
    const { digest, vkeyDigest, zkey } = task?.job.circuit ?? {};
    expect(digest).toBe(own.circuitDigest);
    expect(vkeyDigest).not.toBe(own.vkeyDigest);
    expect(existsSync(join(cache, "artifacts", zkey?.sha256 ?? ""))).toBe(true);
    expect(task?.attempts.map(({ kind }) => kind)).toEqual(["proved"]);
  });
});
