import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeBundle, encodeBundle } from "../../../farm/bundle.js";
import { jobIdOf, type ProofJob, readJob } from "../../../farm/job.js";
import { Report, reportIdOf, shortText } from "../../../farm/report.js";
import { isOpen, knows, newTask, withAttempt } from "../../../farm/task.js";

const hex = (digit: string) => digit.repeat(64);
const ref = (digit: string) => ({ sha256: hex(digit), bytes: 7 });
const job: ProofJob = {
  version: 1,
  batchNumber: 3,
  circuit: { id: "tiny", digest: hex("1"), vkeyDigest: hex("2"), nWires: 9, nPublic: 2, nConstraints: 8, wasm: ref("3"), zkey: ref("4") },
  input: ref("5"),
  publicSignals: ["1", "2"],
  replyTo: "reports-v1-abc",
};
const id = jobIdOf(job);

describe("a job", () => {
  it("has an id that BullMQ takes: no colon, and not a number", () => {
    expect(id).toMatch(/^p[0-9a-f]{40}$/);
    expect(readJob(id, JSON.parse(JSON.stringify(job)))).toEqual(job);
  });

  it("has another id for every other content", () => {
    const others: ProofJob[] = [
      { ...job, batchNumber: 4 },
      { ...job, circuit: { ...job.circuit, digest: hex("a") } },
      { ...job, circuit: { ...job.circuit, vkeyDigest: hex("a") } },
      { ...job, circuit: { ...job.circuit, wasm: ref("a") } },
      { ...job, circuit: { ...job.circuit, zkey: ref("a") } },
      { ...job, input: ref("a") },
      { ...job, publicSignals: ["1", "3"] },
      { ...job, publicSignals: ["12"] },
      { ...job, replyTo: "reports-v1-abd" },
    ];
    expect(new Set([id, ...others.map(jobIdOf)]).size).toBe(others.length + 1);
    for (const other of others) expect(() => readJob(id, other)).toThrow(expect.objectContaining({ code: "JOB_MISMATCH" }));
  });

  it.each([
    ["nothing", undefined],
    ["another version", { ...job, version: 2 }],
    ["a field too much", { ...job, more: 1 }],
    ["an input with no digest", { ...job, input: { sha256: "../../etc/passwd", bytes: 1 } }],
    ["a negative size", { ...job, input: { ...job.input, bytes: -1 } }],
    ["a signal that is not canonical", { ...job, publicSignals: ["01", "2"] }],
    ["a queue with a colon", { ...job, replyTo: "a:b" }],
  ])("is none with %s", (_, data) => {
    expect(() => readJob(id, data)).toThrow(expect.objectContaining({ code: "JOB_MISMATCH" }));
  });
});

describe("a report", () => {
  const report: Report = {
    version: 1,
    jobId: id,
    attempt: 1,
    fence: "11111111-2222",
    worker: "w",
    startedAt: 1,
    finishedAt: 2,
    outcome: { kind: "died", how: "signal", message: "killed" },
  };

  it("has one id per attempt and outcome, so that the queue takes it once", () => {
    expect(reportIdOf(report)).toBe(reportIdOf({ ...report, finishedAt: 9 }));
    expect(reportIdOf(report)).not.toBe(reportIdOf({ ...report, fence: "11111111-3333" }));
    expect(reportIdOf(report)).not.toContain(":");
  });

  it("is refused with texts, names or kinds that are not a report's", () => {
    expect(Report.safeParse(report).success).toBe(true);
    for (const bad of [
      { ...report, outcome: { ...report.outcome, message: "x".repeat(1025) } },
      { ...report, worker: "x".repeat(129) },
      { ...report, outcome: { kind: "proven" } },
      { ...report, outcome: { kind: "failed", code: "NO_SUCH_CODE", message: "" } },
      { ...report, jobId: "../x" },
      { ...report, attempt: 0 },
    ])
      expect(Report.safeParse(bad).success).toBe(false);
    expect(shortText("x".repeat(5000))).toHaveLength(1024);
  });
});

describe("a task", () => {
  const attempt = (fence: string, kind: "died" | "failed" | "proved" | "handed-back" | "vanished" | "invalid") =>
    ({ fence, worker: "w", finishedAt: 0, kind, detail: "" }) as const;

  it("counts deaths and failures apart, and hand-backs not at all", () => {
    const kinds = ["died", "vanished", "failed", "invalid", "handed-back", "proved"] as const;
    const task = kinds.reduce((t, kind) => withAttempt(t, attempt(kind, kind)), newTask(job, id, 5));
    expect(task).toMatchObject({ deaths: 2, failures: 2, state: "waiting", createdAt: 5 });
    expect(knows(task, "died")).toBe(true);
    expect(knows(task, "other")).toBe(false);
  });

  it("remembers a bounded number of attempts", () => {
    let task = newTask(job, id, 0);
    for (let i = 0; i < 100; i++) task = withAttempt(task, attempt(`${i}`, "died"));
    expect(task.attempts).toHaveLength(32);
    expect(task.deaths).toBe(100);
  });

  it("is open until it is proven, superseded or set aside", () => {
    const states = ["waiting", "queued", "proving", "proven", "quarantined", "superseded"] as const;
    expect(states.map((state) => isOpen({ ...newTask(job, id, 0), state }))).toEqual([true, true, true, false, false, false]);
  });
});

describe("a bundle", () => {
  it("comes back as it went in", async () => {
    const input = { a: ["1", "2"], b: "3" };
    const bytes = await encodeBundle(newTask(job, id, 0), "why", Buffer.from(JSON.stringify(input)), "1.0.0");
    expect(await decodeBundle(bytes)).toMatchObject({ batchNumber: 3, reason: "why", version: "1.0.0", input, circuit: job.circuit });
  });

  it.each([
    ["no gzip", Buffer.from("{}")],
    ["gzip of something else", gzipSync("{}")],
    ["cut off", gzipSync(JSON.stringify({ format: "zkstate bundle 1" })).subarray(0, 20)],
  ])("is refused when it is %s", async (_, bytes) => {
    await expect(decodeBundle(bytes)).rejects.toMatchObject({ code: "INPUT_MALFORMED" });
  });
});
