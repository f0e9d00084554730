// zkstate's own prover, in this process on threads of its own: several times as fast as any other, where it could be built.
import { randomBytes } from "node:crypto";
import { ERROR_CODES, type ErrorCode, ZkStateError } from "../../core/errors.js";
import { R } from "../../core/field.js";
import type { Groth16Proof } from "../../core/groth16.js";
import type { NativeAddon, NativeTask } from "../../native/addon.js";
import { threadCount } from "../../native/threads.js";
import { LONGEST_TIMER_MS } from "../child-call.js";
import type { ProveJob, ProveResult, ProverBackend } from "./backend.js";

const DEFAULT_LIMIT_MS = 1_800_000;

export interface NativeOptions {
  /** @defaultValue the processor's */
  readonly threads?: number;
  /** One of the addon's engines. @defaultValue the fastest */
  readonly engine?: string;
  /** The blinding (r, s), for comparison with other provers. @defaultValue random, as zero knowledge needs it */
  readonly blinding?: readonly [bigint, bigint];
}

/**
 * A backend around the addon.
 * @throws CONFIG_INVALID for what is no number of threads or no blinding
 */
export function nativeBackend(addon: NativeAddon, options: NativeOptions = {}): ProverBackend {
  const threads = threadCount(options.threads);
  if (options.blinding?.some((value) => !(value >= 0n && value < R)))
    throw new ZkStateError({ code: "CONFIG_INVALID", message: "The blinding is not below the group order." });
  return { name: "native", prove: (job) => prove(addon, { ...options, threads }, job) };
}

const fromBytes = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();

/** Uniform below the group order: 320 bits more than hide the bias of the remainder. */
const randomScalar = (): bigint => fromBytes(randomBytes(72)) % R;

type Options = NativeOptions & { readonly threads: number };

async function prove(addon: NativeAddon, { threads, engine, blinding }: Options, job: ProveJob): Promise<ProveResult> {
  const { zkeyPath, wtnsPath, signal, onProgress, timeoutMs = DEFAULT_LIMIT_MS } = job;
  if (signal?.aborted) throw interrupted();
  const [r, s] = blinding ?? [randomScalar(), randomScalar()];
  let task: NativeTask<Uint8Array> | undefined;
  let timedOut = false;
  const cancel = () => task?.cancel();
  const limit = setTimeout(
    () => {
      timedOut = true;
      cancel();
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    const more = { ...(engine !== undefined && { engine }), ...(onProgress && { onProgress }) };
    task = addon.prove({ zkeyPath, wtnsPath, r: toBytes(r), s: toBytes(s), threads, ...more });
    return decode(await task.promise);
  } catch (e) {
    if (timedOut && !signal?.aborted)
      throw new ZkStateError({ code: "TIMEOUT", message: `the native prover took longer than ${timeoutMs} ms`, retryable: true });
    throw nativeError(e);
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener("abort", cancel);
  }
}

const interrupted = () => new ZkStateError({ code: "INTERRUPTED", message: "the native prover was interrupted" });

function nativeError(e: unknown): ZkStateError {
  const { code, message } = e as { code?: string; message: string };
  if (code === "INTERRUPTED") return interrupted();
  const known: ErrorCode = code !== undefined && code in ERROR_CODES ? (code as ErrorCode) : "INTERNAL"; // a bad argument
  return new ZkStateError({ code: known, message: `native prover: ${message}`, retryable: known === "PROVER_FAILED", cause: e });
}

function decode(bytes: Uint8Array): ProveResult {
  const words = Array.from({ length: bytes.length / 32 }, (_, i) => fromBytes(bytes.subarray(32 * i, 32 * i + 32)).toString());
  const [ax, ay, bx0, bx1, by0, by1, cx, cy, ...publicSignals] = words as [string, string, string, string, string, string, string, string];
  const proof: Groth16Proof = {
    pi_a: [ax, ay, "1"],
    pi_b: [
      [bx0, bx1],
      [by0, by1],
      ["1", "0"],
    ],
    pi_c: [cx, cy, "1"],
    protocol: "groth16",
    curve: "bn128",
  };
  return { proof, publicSignals };
}
