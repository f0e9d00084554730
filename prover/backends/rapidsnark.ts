// rapidsnark (iden3), a native prover, when a binary of that name is on PATH: about six times as fast as snarkjs.
import { spawn } from "node:child_process";
import { access, constants, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { LONGEST_TIMER_MS } from "../child-call.js";
import type { ProveJob, ProveResult, ProverBackend } from "./backend.js";

const G1 = z.array(z.string());
const Output = z.object({ pi_a: G1, pi_b: z.array(G1), pi_c: G1 });
const DEFAULT_LIMIT_MS = 1_800_000;

/** Path of the rapidsnark binary, if PATH has one. */
export async function findRapidsnark(path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const dir of path.split(delimiter).filter((d) => d !== "")) {
    const file = join(dir, "rapidsnark");
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}

/** A backend around one rapidsnark binary. */
export function rapidsnarkBackend(binary: string): ProverBackend {
  return { name: "rapidsnark", prove: (job) => prove(binary, job) };
}

async function prove(binary: string, job: ProveJob): Promise<ProveResult> {
  const dir = await mkdtemp(join(tmpdir(), "zkstate-rapidsnark-"));
  try {
    const [proofPath, publicPath] = [join(dir, "proof.json"), join(dir, "public.json")];
    await run(binary, [job.zkeyPath, job.wtnsPath, proofPath, publicPath], job);
    // rapidsnark ends its files with a zero byte in some versions, and leaves out the curve in others.
    const read = async (path: string): Promise<unknown> => JSON.parse((await readFile(path, "utf8")).replaceAll("\0", ""));
    const { pi_a, pi_b, pi_c } = Output.parse(await read(proofPath));
    const publicSignals = z.array(z.string()).parse(await read(publicPath));
    return { proof: { pi_a, pi_b, pi_c, protocol: "groth16", curve: "bn128" }, publicSignals };
  } catch (e) {
    if (e instanceof ZkStateError) throw e;
    throw new ZkStateError({ code: "PROVER_FAILED", message: "rapidsnark left no readable proof", retryable: true, cause: e });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function run(binary: string, argv: readonly string[], { signal, timeoutMs = DEFAULT_LIMIT_MS }: ProveJob): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, argv, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: Math.min(timeoutMs, LONGEST_TIMER_MS),
      killSignal: "SIGKILL",
      ...(signal && { signal }),
    });
    const t0 = performance.now();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-2000);
    });
    const failed = (how: string): ZkStateError => {
      if (signal?.aborted) return new ZkStateError({ code: "INTERRUPTED", message: "rapidsnark was interrupted" });
      if (performance.now() - t0 >= timeoutMs)
        return new ZkStateError({ code: "TIMEOUT", message: `rapidsnark took longer than ${timeoutMs} ms`, retryable: true });
      return new ZkStateError({ code: "PROVER_FAILED", message: `rapidsnark ${how}`, details: { stderr }, retryable: true });
    };
    child.on("error", (e) => reject(failed(`could not run: ${e.message}`)));
    child.on("close", (status, killer) => (status === 0 ? resolve() : reject(failed(`ended with ${killer ?? `status ${status}`}`))));
  });
}
