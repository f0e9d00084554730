// A circuit's inputs to its witness file, in a worker thread: the computation is one long call that only ending the thread can stop.
import { readFile, stat } from "node:fs/promises";
import { ZkStateError } from "../core/errors.js";
import { fileError } from "./file-errors.js";
import { startWorker } from "./sibling-script.js";

/** A signal's values: arrays nest as in the circuit. Strings are canonical decimals; every value lies in [0, r). */
export type InputValue = bigint | number | string | readonly InputValue[];
export type CircuitInput = Readonly<Record<string, InputValue>>;

export interface WitnessJob {
  readonly wasmPath: string;
  readonly input: CircuitInput;
  /** Where to write the witness, in snarkjs' "wtns" format, version 2. */
  readonly wtnsPath: string;
  readonly signal?: AbortSignal;
}

export interface WitnessWorkerData {
  readonly wasmPath: string;
  /** The compiled program; without it the worker compiles the file, and reports what is wrong with it. */
  readonly program: WebAssembly.Module | undefined;
  readonly wtnsPath: string;
  /** Signal name and its values in order. */
  readonly signals: readonly (readonly [name: string, values: readonly bigint[]])[];
}

export type WitnessReply =
  | { readonly kind: "done" }
  /** The circuit said no: the trace names the failing template and line, innermost first. */
  | { readonly kind: "unsatisfied"; readonly trace: readonly string[] }
  | { readonly kind: "malformed"; readonly message: string }
  | { readonly kind: "error"; readonly errno: string; readonly message: string };

const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

function scalar(value: bigint | number | string, name: string): bigint {
  const readable = typeof value === "bigint" || (typeof value === "number" ? Number.isSafeInteger(value) : DECIMAL.test(value));
  if (!readable)
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: `input ${name} has a value that is not an integer`, got: String(value) });
  const n = BigInt(value);
  if (n >= 0n && n < R) return n;
  throw new ZkStateError({
    code: "INPUT_NOT_CANONICAL",
    message: `input ${name} has a value outside the field`,
    expected: "0 <= value < r",
    got: `${n}`,
  });
}

function flatten(value: InputValue, name: string, out: bigint[]): bigint[] {
  if (Array.isArray(value)) for (const inner of value as readonly InputValue[]) flatten(inner, name, out);
  else out.push(scalar(value as bigint | number | string, name));
  return out;
}

/**
 * Compute a circuit's witness and write it to `job.wtnsPath`.
 * @throws WITNESS_UNSATISFIED with details.trace when an assertion of the circuit fails; INPUT_MALFORMED, INPUT_NOT_CANONICAL for inputs that
 * are not the circuit's; DISK_FULL, READ_ONLY, IO_FAILED, INTERRUPTED
 */
export async function computeWitness(job: WitnessJob): Promise<void> {
  const { wasmPath, wtnsPath, signal } = job;
  const signals = Object.entries(job.input).map(([name, value]) => [name, flatten(value, name, [])] as const);
  const program = await programOf(wasmPath).catch(() => undefined);
  const data: WitnessWorkerData = { wasmPath, program, wtnsPath, signals };
  const worker = startWorker(import.meta.url, "witness-worker", data);
  try {
    translate(await answerOf(worker, signal), wtnsPath);
  } finally {
    await worker.terminate();
  }
}

/** The last program: whoever proves one batch after another has it compiled once. Threads share its code. */
let last: { readonly key: string; readonly program: Promise<WebAssembly.Module> } | undefined;

async function programOf(path: string): Promise<WebAssembly.Module> {
  const { size, mtimeMs, ino } = await stat(path);
  const key = JSON.stringify([path, size, mtimeMs, ino]);
  if (last?.key !== key) last = { key, program: readFile(path).then((bytes) => WebAssembly.compile(bytes)) };
  return last.program;
}

function answerOf(worker: ReturnType<typeof startWorker>, signal: AbortSignal | undefined): Promise<WitnessReply> {
  let onAbort: () => void = () => undefined;
  const answer = new Promise<WitnessReply>((resolve, reject) => {
    onAbort = () => reject(new ZkStateError({ code: "INTERRUPTED", message: "the witness computation was interrupted" }));
    const failed = (message: string) => reject(new ZkStateError({ code: "PROVER_FAILED", message, retryable: true }));
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    worker.once("message", (reply: WitnessReply) => resolve(reply));
    worker.once("error", (e) => failed(`the witness computation failed: ${e instanceof Error ? e.message : String(e)}`));
    worker.once("exit", (status) => failed(`the witness computation ended with status ${status}`));
  });
  return answer.finally(() => signal?.removeEventListener("abort", onAbort));
}

function translate(reply: WitnessReply, path: string): void {
  switch (reply.kind) {
    case "done":
      return;
    case "unsatisfied": {
      const message = `the circuit refuses this input: ${reply.trace[0] ?? "no trace"}`;
      throw new ZkStateError({ code: "WITNESS_UNSATISFIED", message, details: { trace: reply.trace } });
    }
    case "malformed":
      throw new ZkStateError({ code: "INPUT_MALFORMED", message: reply.message, next: "pass exactly the circuit's input signals" });
    case "error":
      throw fileError(Object.assign(new Error(reply.message), { code: reply.errno }), path);
    default: {
      const gone: never = reply;
      throw new Error(`unknown reply ${String(gone)}`);
    }
  }
}
