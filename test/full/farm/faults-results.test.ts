// What comes back from workers, and what is wrong with the batch itself: forged and malformed results, poison, lost and damaged artifacts.
import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { Queue, UnrecoverableError, Worker } from "bullmq";
import { afterEach, describe, expect, it } from "vitest";
import { LedgerSource } from "../../../cli/farm/ledger-source.js";
import { makeOutput } from "../../../cli/output.js";
import { makeProgress } from "../../../cli/progress.js";
import { resolveSettings } from "../../../cli/settings.js";
import { writeBytes } from "../../../cli/write-text.js";
import type { Groth16Proof } from "../../../core/groth16.js";
import { findPlace } from "../../../farm/artifacts/advertised.js";
import { folderStore } from "../../../farm/artifacts/folder.js";
import { httpStore } from "../../../farm/artifacts/http.js";
import { refOf } from "../../../farm/artifacts/store.js";
import { redisSettings, workerConnection } from "../../../farm/connection.js";
import { refusedHere } from "../../../farm/coordinator/check-input.js";
import { Coordinator } from "../../../farm/coordinator/coordinator.js";
import { ChildVerifier } from "../../../farm/coordinator/verifier.js";
import { type ArtifactRef, JOB_VERSION, ProofJob } from "../../../farm/job.js";
import { makeLogger } from "../../../farm/logging.js";
import { PREFIX, PROVE_QUEUE, reportQueue } from "../../../farm/names.js";
import type { Outcome } from "../../../farm/report.js";
import type { BatchSource } from "../../../farm/source.js";
import { FarmTable } from "../../../farm/table.js";
import { LedgerStore } from "../../../ledger/store/ledger-store.js";
import { freePort } from "../../helpers/redis.js";
import { g2, outsideSubgroup, P } from "../../unit/prover/simulated-proof.js";
import { metric, until } from "./lab/fault-lab.js";
import { batchFile, Lab, type LabOptions, recovered } from "./lab/lab.js";
import type { Command } from "./lab/processes.js";

const closing: (() => unknown)[] = [];
async function makeLab(options: LabOptions): Promise<Lab> {
  const lab = await Lab.make(options);
  closing.push(() => lab.close());
  return lab;
}
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const alive = ({ child }: Command): boolean => child.exitCode === null && child.signalCode === null;
const urlOf = ({ log }: Command): string => String(log.find(({ msg }) => msg === "listening")?.["url"]);
const sourceId = (lab: Lab): string => readFileSync(join(lab.data, "farm", "id"), "utf8").trim();
const folder = (batch: number): string => `batch-${`${batch}`.padStart(6, "0")}`;

async function expectWhole(lab: Lab, coordinator: Command): Promise<void> {
  await lab.expectChain();
  await lab.expectOnce(coordinator);
  await lab.expectNothingLeft();
}

/** Proofs of all batches, made on a copy of the ledger. */
async function proofsOf(lab: Lab, seed: string, batches: number): Promise<Groth16Proof[]> {
  const [copy, out, file] = ["copy", "copied-proofs", "batches.jsonl"].map((name) => join(lab.dir, name)) as [string, string, string];
  // By another process: closing a copied lock file here would end this process' locks on it.
  execFileSync("cp", ["-r", lab.data, copy]);
  writeFileSync(file, batchFile(seed, batches));
  const prove = lab.start(["prove", "--batch", file, "--data", copy, "--out", out, "--profile", "tiny"], { ZKSTATE_REDIS_URL: "" });
  expect([(await prove.ended).code, prove.stderr]).toEqual([0, prove.stderr]);
  return Array.from(
    { length: batches },
    (_, i) => JSON.parse(readFileSync(join(out, folder(i + 1), "proof.json"), "utf8")) as Groth16Proof,
  );
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const flipped = (text: string | undefined): string => `${P - BigInt(text ?? 0)}`;
const absent = (): ArtifactRef => ({ sha256: randomBytes(32).toString("hex"), bytes: 700 });
/** As many brackets as a proof may have bytes. */
const NESTED = `${"[".repeat(4000)}${"]".repeat(4000)}`;

interface Forgery {
  readonly what: string;
  /** Why it is refused, as the metric says. */
  readonly why: string;
  readonly bytes?: Uint8Array;
  readonly ref?: ArtifactRef;
  readonly outcome?: Outcome;
  /** Instead of a report. */
  readonly report?: unknown;
  readonly jobId?: string;
}

function forgeries(own: Groth16Proof, other: Groth16Proof, otherJob: string): Forgery[] {
  const { pi_a, pi_b } = own;
  const blob = randomBytes(10 * 2 ** 20);
  const middle = randomBytes(4000);
  const refusal = { kind: "failed", code: "WITNESS_UNSATISFIED", message: "no" } as const;
  return [
    { what: "flipped sign", why: "PROOF_INVALID", bytes: json({ ...own, pi_a: [pi_a[0], flipped(pi_a[1]), "1"] }) },
    { what: "not on the curve", why: "PROOF_MALFORMED", bytes: json({ ...own, pi_a: [pi_a[0], `${BigInt(pi_a[1] ?? 0) ^ 1n}`, "1"] }) },
    { what: "proof of another batch", why: "PROOF_INVALID", bytes: json(other) },
    { what: "outside the subgroup", why: "PROOF_MALFORMED", bytes: json({ ...own, pi_b: g2(outsideSubgroup()) }) },
    { what: "coordinate above p", why: "PROOF_MALFORMED", bytes: json({ ...own, pi_a: [`${BigInt(pi_a[0] ?? 0) + P}`, pi_a[1], "1"] }) },
    { what: "a field too many", why: "PROOF_MALFORMED", bytes: json({ ...own, pi_b, extra: 1 }) },
    { what: "no JSON", why: "PROOF_MALFORMED", bytes: Buffer.from("{pi_a:") },
    { what: "nested", why: "PROOF_MALFORMED", bytes: Buffer.from(NESTED) },
    { what: "10 MB", why: "PROOF_MALFORMED", bytes: blob },
    { what: "10 MB said to be small", why: "ARTIFACT_MISSING", bytes: blob, ref: { ...refOf(blob), bytes: 700 } },
    { what: "4 kB said to be small", why: "ARTIFACT_CORRUPT", bytes: middle, ref: { ...refOf(middle), bytes: 700 } },
    { what: "nowhere", why: "ARTIFACT_MISSING", ref: absent() },
    { what: "another job's number", why: "PROOF_INVALID", bytes: json(own), jobId: otherJob },
    { what: "no report", why: "malformed-report", report: { hello: "farm", deep: { nested: [1, 2, 3] } } },
    { what: "null", why: "malformed-report", report: null },
    { what: "false refusal", why: "false-refusal", outcome: refusal },
  ];
}

async function countOf(coordinator: Command, why: string): Promise<number> {
  const text = await (await fetch(`${urlOf(coordinator)}/metrics`)).text();
  const lines = text.split("\n").filter((l) => l.startsWith("zkstate_invalid_proofs_total{") && l.includes(`why="${why}"`));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

describe("a hostile worker", () => {
  it("gets nothing in: every forgery is refused and counted, and the batches are proven by an honest one", async () => {
    const lab = await makeLab({ batches: 2, seed: "hostile" });
    const [[own, other] = [], coordinator] = await Promise.all([proofsOf(lab, "hostile", 2), lab.coordinator()]);
    if (own === undefined || other === undefined) throw new Error("no proofs");
    const other2 = (await coordinator.logged("enqueued", { nth: 2 })).jobId ?? "";
    const redis = lab.redis.client({ maxRetriesPerRequest: null });
    const place = await findPlace(redis, reportQueue(sourceId(lab)));
    if (place.kind !== "http") throw new Error(place.kind);
    const store = httpStore(place.url, place.token);
    const reports = new Queue(reportQueue(sourceId(lab)), { connection: redis, prefix: PREFIX });
    closing.push(() => reports.close());
    const rest = forgeries(own, other, other2);
    const total = rest.length;

    let tried = 0;
    const forge = async (forgery: Forgery, jobId: string, attempt: number): Promise<unknown> => {
      // What is far too large is refused already when it is uploaded.
      if (forgery.bytes !== undefined) await store.put(forgery.bytes).catch(() => undefined);
      const proof = forgery.ref ?? (forgery.bytes === undefined ? absent() : refOf(forgery.bytes));
      const proved = { kind: "proved", proof, backend: "native", timings: { witnessMs: 1, proveMs: 1, verifyMs: 1 } } as const;
      const times = { startedAt: Date.now(), finishedAt: Date.now() };
      const outcome = forgery.outcome ?? proved;
      const report = {
        version: JOB_VERSION as 1,
        jobId: forgery.jobId ?? jobId,
        attempt,
        fence: randomUUID(),
        worker: "mallory",
        ...times,
        outcome,
      };
      const said = forgery.report === undefined ? report : forgery.report;
      await reports.add("report", said);
      if (outcome.kind === "failed") throw new UnrecoverableError("WITNESS_UNSATISFIED: no");
      return said;
    };
    // Batch 1 is forged; batch 2 is left alone until the end, but for one forgery in its name.
    const mallory = new Worker(
      PROVE_QUEUE,
      async (raw) => {
        const job = ProofJob.parse(raw.data);
        const forgery = job.batchNumber === 1 ? rest[tried] : undefined;
        if (forgery === undefined) throw new Error("nothing left to forge");
        tried++;
        return forge(forgery, `${raw.id}`, raw.attemptsStarted);
      },
      { connection: lab.redis.client({ maxRetriesPerRequest: null }), prefix: PREFIX, name: "mallory" },
    );
    closing.push(() => mallory.close(true));
    mallory.on("error", () => undefined);
    const begun = Date.now();
    const expected = new Map<string, number>();
    for (const [i, { what, why }] of rest.entries()) {
      expected.set(why, (expected.get(why) ?? 0) + 1);
      await until(`${what} is refused`, async () => tried > i && (await countOf(coordinator, why)) >= (expected.get(why) ?? 0));
    }
    expect(alive(coordinator)).toBe(true);
    recovered("a hostile worker", `${total} forgeries refused, one after the other`, Date.now() - begun);
    for (const pid of coordinator.children("verify-child")) process.kill(pid, "SIGKILL");
    await mallory.close();
    expect(await lab.unproven()).toEqual([1, 2]);
    const start = Date.now();
    await lab.worker("honest");
    await lab.untilProven();
    recovered("a hostile worker", "from the start of an honest one until all is proven", Date.now() - start);
    expect(await metric(coordinator, "zkstate_quarantined_total")).toBe(0);
    await expectWhole(lab, coordinator);
  });
});

/** A coordinator in this process, over a ledger whose statements a test may change. */
function coordinatorHere(lab: Lab, change: (source: BatchSource) => BatchSource) {
  const env = { ZKSTATE_CACHE: process.env["ZKSTATE_CACHE"] };
  const settings = resolveSettings({ data: lab.data, out: lab.proofs }, env, lab.dir);
  const output = makeOutput(process, { quiet: true });
  const context = { settings, output, signal: new AbortController().signal, env };
  const store = LedgerStore.open(lab.data, { writesSometimes: true });
  const source = change(new LedgerSource(context, store, "poisoned", makeProgress(output)));
  const redis = redisSettings(lab.redis.url, {});
  const path = join(lab.data, "farm", "artifacts");
  const table = FarmTable.open(lab.data);
  const coordinator = new Coordinator(
    { version: "0.0.0", reconcileMs: 1000 },
    {
      connect: () => workerConnection(redis),
      source,
      table,
      artifacts: folderStore(path),
      place: () => ({ kind: "folder", path }),
      verifier: new ChildVerifier(),
      log: makeLogger({ level: "silent", json: true }),
      keepBundle: async (batchNumber, bytes) => {
        const file = join(lab.quarantine, `${folder(batchNumber)}.json.gz`);
        writeBytes(file, bytes);
        return file;
      },
      refusedHere: (batchNumber) => refusedHere(source, batchNumber),
    },
  );
  const stop = async () => {
    await coordinator.stop();
    await table.close();
    await store.close();
  };
  return { coordinator, table, stop };
}

/** The ledger with another new root for one batch: its circuit refuses that. */
const poisoned =
  (batch: number) =>
  (source: BatchSource): BatchSource => ({
    id: source.id,
    unproven: () => source.unproven(),
    circuit: (n) => source.circuit(n),
    accept: (n, proof, details) => source.accept(n, proof, details),
    statement: async (n) => {
      const { input, publicSignals } = await source.statement(n);
      if (n !== batch) return { input, publicSignals };
      const named = JSON.parse(Buffer.from(input).toString("utf8")) as Record<string, unknown>;
      return { input: Buffer.from(JSON.stringify({ ...named, newRoot: "1" })), publicSignals };
    },
  });

interface Status {
  readonly quarantined: readonly number[];
  readonly batches: readonly { readonly batchNumber: number; readonly stage: string }[];
}

async function statusOf(lab: Lab): Promise<{ code: number | null; status: Status }> {
  const command = lab.start(["status", "--json"]);
  const { code } = await command.ended;
  return { code, status: JSON.parse(command.stdout) as Status };
}

describe("a batch that its circuit refuses", () => {
  it("is set aside after one attempt, can be replayed, and is proven once it is put right", async () => {
    const lab = await makeLab({ batches: 3, seed: "poison" });
    const first = coordinatorHere(lab, poisoned(1));
    closing.push(() => first.stop());
    await first.coordinator.start();
    const start = Date.now();
    const worker = await lab.worker("one", ["--circuits", "tiny"]);
    await until("batch 1 is set aside", () => first.table.get(1)?.state === "quarantined");
    await lab.untilProven(60_000, [1]);
    recovered(
      "a batch that its circuit refuses",
      "from its first attempt until it is set aside and the others are proven",
      Date.now() - start,
    );
    expect(first.table.get(1)).toMatchObject({ deaths: 0, reason: expect.stringContaining("WITNESS_UNSATISFIED") });
    expect(first.table.get(1)?.attempts.map(({ kind }) => kind)).toEqual(["failed"]);
    expect(worker.log.filter(({ msg, batchNumber }) => msg === "attempt started" && batchNumber === 1)).toHaveLength(1);
    await first.stop();

    expect(await statusOf(lab)).toMatchObject({ code: 3, status: { quarantined: [1] } });
    const bundle = join(lab.quarantine, "batch-000001.json.gz");
    const replay = lab.start(["prove", "--bundle", bundle, "--json"]);
    expect([(await replay.ended).code, replay.stdout]).toEqual([3, expect.stringContaining("WITNESS_UNSATISFIED")]);
    const requeue = lab.start(["requeue", "1", "--json"]);
    expect([(await requeue.ended).code, requeue.stderr]).toEqual([0, ""]);
    const coordinator = await lab.coordinator();
    recovered("a batch that its circuit refuses", "from the start of a healthy coordinator until it is proven", await lab.untilProven());
    await coordinator.logged("accepted");
    await lab.expectChain();
    await lab.expectNothingLeft();
    expect(coordinator.log.filter(({ msg }) => msg === "accepted").map(({ batchNumber }) => batchNumber)).toEqual([1]);
  });
});

describe("a batch under which every process dies", () => {
  it("is set aside after --max-deaths, holds up what follows in `status`, and its bundle proves elsewhere", async () => {
    const lab = await makeLab({ batches: 2, seed: "deaths" });
    const coordinator = await lab.coordinator(["--max-deaths", "3", "--window", "1"]);
    const worker = await lab.worker("one");
    const start = Date.now();
    for (let i = 1; i <= 3; i++) {
      await worker.logged("attempt started", { nth: i });
      process.kill(await worker.childRunning("prove-child"), "SIGKILL");
      await worker.logged("attempt ended", { nth: i });
    }
    await coordinator.logged("quarantined");
    worker.kill("SIGSTOP");
    recovered("every process dies of a batch", "three deaths, until it is set aside", Date.now() - start);
    const batches = [{ stage: "quarantined" }, { stage: "blocked" }];
    expect(await statusOf(lab)).toMatchObject({ code: 3, status: { quarantined: [1], batches } });
    worker.kill("SIGCONT");
    const replay = lab.start(["prove", "--bundle", join(lab.quarantine, "batch-000001.json.gz")]);
    expect([(await replay.ended).code, replay.stderr]).toEqual([0, replay.stderr]);
    const requeue = lab.start(["requeue", "1"]);
    expect((await requeue.ended).code).toBe(0);
    recovered("every process dies of a batch", "from `zkstate requeue` until it is proven", await lab.untilProven());
    await expectWhole(lab, coordinator);
  });
});

/** Files of an artifact folder, largest first: the proving key, the circuit, inputs. */
function artifactsIn(dir: string): { path: string; bytes: number }[] {
  const files = readdirSync(dir, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name),
  );
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path).length }))
    .sort((a, b) => b.bytes - a.bytes);
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  writeFileSync(path, bytes);
}

/** Passes requests on, and breaks off the first answers that are longer than 1 MB. */
async function cuttingProxy(to: () => string, cuts: number): Promise<string> {
  let left = cuts;
  const server = createServer((asked, answer) => {
    const { method, headers, url } = asked;
    const passed = request(`${to()}${url}`, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers);
      if (Number(got.headers["content-length"]) > 1e6 && method === "GET" && left-- > 0) got.once("data", () => answer.destroy());
      else got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  closing.push(() => server.close());
  return `http://127.0.0.1:${port}`;
}

describe("artifacts", () => {
  it("lost, damaged and cut short are stored again, and no batch and no worker is charged with it", async () => {
    const lab = await makeLab({ batches: 5, seed: "artifacts" });
    let listening = "";
    const proxy = await cuttingProxy(() => listening, 2);
    const coordinator = await lab.coordinator(["--advertise", proxy]);
    listening = urlOf(coordinator);
    await coordinator.logged("enqueued", { nth: 5 });
    const [zkey, wasm, ...inputs] = artifactsIn(join(lab.data, "farm", "artifacts")).map(({ path }) => path);
    expect(inputs).toHaveLength(5);
    flip(zkey ?? "");
    rmSync(wasm ?? "");
    rmSync(inputs[0] ?? "");
    rmSync(inputs[1] ?? "");
    rmSync(inputs[2] ?? "");
    flip(inputs[3] ?? "");
    writeFileSync(inputs[4] ?? "", readFileSync(inputs[4] ?? "").subarray(0, 100));
    const worker = await lab.worker("one", ["--cache", join(lab.dir, "empty")]);
    recovered("artifacts lost, damaged, cut short", "from the worker's first attempt until all is proven", await lab.untilProven());
    const codes = worker.log.map(({ outcome }) => (outcome as { code?: string } | undefined)?.code).filter((code) => code !== undefined);
    expect(codes).toContain("ARTIFACT_MISSING");
    expect(coordinator.stderr).not.toContain("this worker only fails");
    const table = FarmTable.open(lab.data);
    const charged = [...table.all()].map(({ deaths, failures }) => [deaths, failures]);
    await table.close();
    expect(charged).toEqual(Array.from({ length: 5 }, () => [0, 0]));
    await expectWhole(lab, coordinator);
  });

  const elsewhere = async (name: string, place: (lab: Lab) => string, lose: (lab: Lab, store: string) => Promise<void>) => {
    const lab = await makeLab({ batches: 2, seed: name });
    const store = place(lab);
    const coordinator = await lab.coordinator(["--artifacts", store]);
    await coordinator.logged("enqueued", { nth: 2 });
    expect(existsSync(join(lab.data, "farm", "artifacts"))).toBe(false);
    await lose(lab, store);
    await lab.worker("one", ["--cache", join(lab.dir, "empty")]);
    recovered(`all artifacts lost, ${name}`, "from the worker's first attempt until all is proven", await lab.untilProven());
    await expectWhole(lab, coordinator);
  };

  it("may live in a database of Redis, which is lost", () =>
    elsewhere(
      "redis:1",
      () => "redis:1",
      async (lab) => {
        const redis = lab.redis.client({ db: 1 });
        expect(await redis.dbsize()).toBeGreaterThan(4);
        await redis.flushdb();
      },
    ));

  it("may live in a shared folder, which is lost", () =>
    elsewhere(
      "shared folder",
      (lab) => join(lab.dir, "shared"),
      async (_, store) => {
        expect(artifactsIn(store)).toHaveLength(4);
        for (const { path } of artifactsIn(store)) rmSync(path);
      },
    ));
});
