// The direct setup in JavaScript, on worker threads: for machines without the native addon, and what its keys are compared with.
import type { Worker } from "node:worker_threads";
import { ZkStateError } from "../../core/errors.js";
import { fileError } from "../file-errors.js";
import { readR1csHeader } from "../r1cs.js";
import { startWorker } from "../sibling-script.js";
import type { SetupJob } from "./development.js";
import { bestWindow } from "./fixed-base.js";
import { TWO_ADICITY } from "./lagrange.js";
import type { PointsJob, ScalarsReply, SetupReply, SetupRequest, SetupWorkerData } from "./setup-worker.js";
import { compileCurve } from "./wasm-curve.js";
import { domainPower, G1_BYTES, G2_BYTES } from "./zkey-file.js";

// Points a thread computes at a time: about 10 ms (G1) or 40 ms (G2).
const CHUNK = 4096;
// Below this many points a second thread costs more than it brings.
const SMALL = 4096;

/** Make a key, as `developmentSetup` says. */
export async function scriptSetup({ r1csPath, zkeyPath, secrets, ...options }: SetupJob): Promise<void> {
  const header = await readR1csHeader(r1csPath);
  const power = domainPower(header.nConstraints, header.nPublic);
  if (power >= TWO_ADICITY) throw new ZkStateError({ code: "KEY_MISMATCH", message: `${r1csPath} has too many constraints for bn254` });
  const nG1 = 3 * header.nWires + 2 ** power;
  const threads = nG1 < SMALL ? 1 : options.threads;
  const window = { g1m: bestWindow(nG1 / threads), g2m: bestWindow(header.nWires / threads) };
  const workerData: SetupWorkerData = { curve: await compileCurve(), zkeyPath, window };
  const workers = Array.from({ length: threads }, () => startWorker(import.meta.url, "setup-worker", workerData));
  try {
    const [first, ...others] = workers;
    if (first === undefined) throw new ZkStateError({ code: "INTERNAL", message: "no setup thread" });
    const asking = (worker: Worker, request: SetupRequest) => ask(worker, request, zkeyPath, options.signal);
    const tables = others.map((worker) => asking(worker, { kind: "tables" }));
    const [plan] = await Promise.all([asking(first, { kind: "scalars", r1csPath, secrets }), ...tables]);
    if (plan.kind !== "scalars") throw new ZkStateError({ code: "INTERNAL", message: `setup thread answered ${plan.kind}` });
    await computePoints(workers, plan, asking, options.onProgress);
    for (const buffer of Object.values(plan.scalars)) new Uint8Array(buffer).fill(0);
    for (const job of plan.headerJobs) new Uint8Array(job.scalars).fill(0);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

type Ask = (worker: Worker, request: SetupRequest) => Promise<SetupReply>;

async function computePoints(
  workers: readonly Worker[],
  plan: ScalarsReply,
  asking: Ask,
  onProgress?: (fraction: number) => void,
): Promise<void> {
  const jobs = pointJobs(plan);
  const weight = (job: PointsJob) => (job.group === "g1m" ? 1 : 4) * job.count;
  const total = jobs.reduce((sum, job) => sum + weight(job), 0);
  let [next, done] = [0, 0];
  const drain = async (worker: Worker) => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      await asking(worker, job);
      done += weight(job);
      onProgress?.(done / total);
    }
  };
  await Promise.all(workers.map(drain));
}

/** All points of a key in chunks, the dearest first so that the threads finish together. */
function pointJobs({ layout, scalars, headerJobs }: ScalarsReply): PointsJob[] {
  const chunks = (group: "g1m" | "g2m", buffer: SharedArrayBuffer, start: number): PointsJob[] => {
    const n = buffer.byteLength / 32;
    const size = group === "g1m" ? G1_BYTES : G2_BYTES;
    return Array.from({ length: Math.ceil(n / CHUNK) }, (_, i) => {
      const from = i * CHUNK;
      return { kind: "points", group, scalars: buffer, from, count: Math.min(CHUNK, n - from), at: start + from * size };
    });
  };
  return [
    ...chunks("g2m", scalars.b, layout.b2.start),
    ...chunks("g1m", scalars.b, layout.b1.start),
    ...chunks("g1m", scalars.a, layout.a.start),
    ...chunks("g1m", scalars.c, layout.c.start),
    ...chunks("g1m", scalars.h, layout.h.start),
    ...chunks("g1m", scalars.ic, layout.ic.start),
    ...headerJobs,
  ];
}

/** Send one request to a thread and wait for its answer. */
function ask(worker: Worker, request: SetupRequest, path: string, signal: AbortSignal | undefined): Promise<SetupReply> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
      signal?.removeEventListener("abort", onAbort);
      finish();
    };
    const fail = (e: unknown) => settle(() => reject(fileError(e, path)));
    const onMessage = (reply: SetupReply) => {
      if (reply.kind !== "error") settle(() => resolve(reply));
      else fail(Object.assign(new Error(reply.message), { code: reply.errno }));
    };
    const onError = (e: unknown) => fail(e);
    const onExit = (status: number) => fail(new Error(`setup thread ended with status ${status}`));
    const onAbort = () => fail(new ZkStateError({ code: "INTERRUPTED", message: "the setup was interrupted" }));
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    else worker.postMessage(request);
  });
}
