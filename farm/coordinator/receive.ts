// What a report does to its batch. The first proof that holds wins; nothing that a worker says is believed without a check.
import { asZkStateError, type ErrorCode, ZkStateError } from "../../core/errors.js";
import type { Groth16Proof } from "../../core/groth16.js";
import { isDeterministic, isOfTheMachine, isShared } from "../attempt-errors.js";
import { workerLabel } from "../metrics.js";
import type { Report } from "../report.js";
import { type Attempt, isOpen, knows, type Task, withAttempt } from "../task.js";
import { blame, cancel, type Desk, praise } from "./desk.js";
import { restoreArtifacts, restorePlace } from "./enqueue.js";
import { overBudget, quarantine } from "./quarantine.js";
import { MAX_PROOF_BYTES } from "./verifier.js";

/** A worker that was taken for dead has this long to end by itself before its attempt is cancelled. */
const CANCEL_AFTER_MS = 1000;

/** Idempotent: a report may come any number of times, by the queue and by the reconciler. */
export async function receive(desk: Desk, report: Report): Promise<void> {
  const { book, metrics, log } = desk;
  const task = book.ofJob(report.jobId);
  const about = { jobId: report.jobId, worker: report.worker, attempt: report.attempt, kind: report.outcome.kind };
  if (task === undefined) {
    if (report.outcome.kind === "proved" && book.isClosed(report.jobId)) metrics.late.inc();
    log.info(about, "late report: its batch needs nothing any more");
    return;
  }
  // A proof that was verified and could not be handed to the ledger, for a full disk perhaps, is handed over again.
  const again = task.accepting && report.outcome.kind === "proved";
  if (knows(task, report.fence) && !again) return;
  log.info({ ...about, batchNumber: task.batchNumber }, "received");
  const { outcome } = report;
  if (outcome.kind === "proved") return proved(desk, task, report, outcome);
  // Nobody's fault, and as often as a worker likes: it is not kept.
  if (outcome.kind === "handed-back" || !isOpen(task)) return;
  const ended = book.put(withAttempt(task, attemptOf(report)));
  if (outcome.kind === "died") metrics.deaths.inc({ how: outcome.how });
  else metrics.retries.inc({ code: outcome.code });
  const excused = outcome.kind === "failed" && (await failed(desk, ended, outcome.code, report));
  if (!excused) await blame(desk, report.worker, task.batchNumber);
  // A failure that turned out to be the machine's is taken off by now.
  const now = book.get(ended.batchNumber) ?? ended;
  const why = isOpen(now) ? overBudget(desk, now) : undefined;
  if (why !== undefined) await quarantine(desk, now, why);
  desk.nudge();
}

function attemptOf({ fence, worker, finishedAt, outcome }: Report, kind?: Attempt["kind"], detail?: string): Attempt {
  const said =
    outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : outcome.kind === "died" ? `${outcome.how}: ${outcome.message}` : "";
  return { fence, worker, finishedAt, kind: kind ?? outcome.kind, detail: detail ?? said };
}

type Proved = Extract<Report["outcome"], { kind: "proved" }>;

async function proved(desk: Desk, task: Task, report: Report, outcome: Proved): Promise<void> {
  const { artifacts, source, verifier, book, log } = desk;
  const { batchNumber, job } = task;
  if (outcome.proof.bytes > MAX_PROOF_BYTES) return refuse(desk, task, report, `PROOF_MALFORMED: ${outcome.proof.bytes} bytes`);
  const bytes = await artifacts.get(outcome.proof).catch((e: unknown) => gone(e));
  if (bytes instanceof ZkStateError) return refuse(desk, task, report, `${bytes.code}: ${bytes.message}`);
  const { vkey } = await source.circuit(batchNumber);
  const refused = await verifier.verify(bytes, vkey, job.publicSignals);
  if (refused !== undefined) return refuse(desk, task, report, refused);
  log.info({ batchNumber, jobId: task.jobId }, "verified");
  const proof = JSON.parse(Buffer.from(bytes).toString("utf8")) as Groth16Proof;
  const attempted = knows(task, report.fence) ? task : withAttempt(task, attemptOf(report, undefined, outcome.proof.sha256));
  const accepting = book.put({ ...attempted, accepting: true });
  await desk.accept(batchNumber, proof, { backend: outcome.backend, timings: outcome.timings });
  log.info({ batchNumber, jobId: task.jobId }, "accepted");
  book.put({ ...accepting, accepting: false, state: "proven", provenAt: Date.now(), provenBy: report.worker });
  await praise(desk, report.worker);
  count(desk, task, report, outcome);
  setTimeout(() => void cancel(desk, task.jobId).catch(() => undefined), CANCEL_AFTER_MS).unref();
}

/** A store that is out of reach is tried again; a proof that is not there or damaged is the attempt's failure. */
function gone(e: unknown): ZkStateError {
  const error = asZkStateError(e);
  if (error.code === "ARTIFACT_MISSING" || error.code === "ARTIFACT_CORRUPT") return error;
  throw error;
}

async function refuse(desk: Desk, task: Task, report: Report, why: string): Promise<void> {
  const { metrics, log, book } = desk;
  const { batchNumber, jobId } = task;
  metrics.invalid.inc({ worker: workerLabel(report.worker), why: why.split(":")[0] ?? why });
  log.error({ batchNumber, jobId, worker: report.worker, why }, "proof refused");
  // The batch is not to blame: an invalid proof says something of its maker only.
  const attempt = attemptOf(report, "invalid", why);
  book.put({ ...withAttempt(task, attempt), failures: task.failures, accepting: false });
  // A proof that is gone from the store may have been taken from it by anyone.
  if (!why.startsWith("ARTIFACT_")) await blame(desk, report.worker, batchNumber);
  desk.nudge();
}

/** What a proof took: an attempt that stores one of before is shorter. */
export const provingMs = ({ startedAt, finishedAt }: Report, { timings }: Proved): number =>
  Math.max(finishedAt - startedAt, timings.witnessMs + timings.proveMs);

function count({ metrics }: Desk, { createdAt, job }: Task, report: Report, outcome: Proved): void {
  const { worker, startedAt } = report;
  const circuit = { circuit: job.circuit.id };
  metrics.proofs.inc({ worker: workerLabel(worker) });
  metrics.waitSeconds.observe(circuit, Math.max(0, startedAt - createdAt) / 1000);
  metrics.proveSeconds.observe(circuit, provingMs(report, outcome) / 1000);
}

/** A report may have waited, and a clock be behind, for this long; who is further behind is not excused for it. */
const LATEST_MS = 300_000;

/** When an attempt began, by this machine's clock. Its worker's may be wrong. */
function begun({ startedAt, finishedAt }: Report): number {
  const atLatest = Date.now() - (finishedAt - startedAt);
  return Math.max(Math.min(startedAt, atLatest), atLatest - LATEST_MS);
}

/** @returns true when the failure does not speak against the machine */
async function failed(desk: Desk, task: Task, code: ErrorCode, report: Report): Promise<boolean> {
  const { book, metrics, log } = desk;
  const { batchNumber } = task;
  if (isOfTheMachine(code)) {
    book.put({ ...task, failures: task.failures - 1 });
    if (code === "NOBODY_COORDINATING") return restorePlace(desk, task, begun(report));
    if (code === "ARTIFACT_MISSING" || code === "ARTIFACT_CORRUPT") return restoreArtifacts(desk, task, begun(report));
    return isShared(code);
  }
  if (!isDeterministic(code)) return false;
  const why = desk.taken.has(task.jobId) ? undefined : await desk.refusedHere(batchNumber);
  if (why === undefined) desk.taken.add(task.jobId);
  else {
    await quarantine(desk, task, why);
    return true;
  }
  metrics.invalid.inc({ worker: workerLabel(report.worker), why: "false-refusal" });
  log.error({ batchNumber, worker: report.worker, code }, "the worker refuses an input that the circuit takes here");
  book.put({ ...task, failures: task.failures - 1 });
  return false;
}
