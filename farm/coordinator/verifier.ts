// The coordinator's judgement of a proof: its own key, its own statement, in a process that may die without harm.
import type { ChildProcess } from "node:child_process";
import type { VerificationKey } from "../../core/groth16.js";
import { startChild } from "../../prover/sibling-script.js";
import type { VerifyAnswer, VerifyRequest } from "./verify-child.js";

/** A proof is under 1 kB of decimal digits; what is larger is not looked at. */
export const MAX_PROOF_BYTES = 8192;
const LIMIT_MS = 30_000;

export interface ProofVerifier {
  /** @returns why the proof is refused; undefined when it holds */
  verify(proof: Uint8Array, vkey: VerificationKey, publicSignals: readonly string[]): Promise<string | undefined>;
  close(): void;
}

/** Verifies in one child process, started when needed and again after it died. */
export class ChildVerifier implements ProofVerifier {
  private child: ChildProcess | undefined;
  /** One proof at a time, so that a death is the fault of nobody else's. */
  private last: Promise<unknown> = Promise.resolve();

  verify(proof: Uint8Array, vkey: VerificationKey, publicSignals: readonly string[]): Promise<string | undefined> {
    if (proof.length > MAX_PROOF_BYTES) return Promise.resolve(`PROOF_MALFORMED: ${proof.length} bytes`);
    const request: VerifyRequest = { proof: Buffer.from(proof).toString("utf8"), vkey, publicSignals };
    const verdict = this.last.then(() => this.judge(request));
    this.last = verdict;
    return verdict;
  }

  /** Twice, when the process dies the first time: that may have been the machine. Twice is the proof's doing. */
  private async judge(request: VerifyRequest): Promise<string | undefined> {
    const answer = (await this.ask(request)) ?? (await this.ask(request));
    return answer === undefined ? "PROOF_MALFORMED: the verifying process dies of it" : answer.refused;
  }

  /** @returns undefined when the process died or was held up */
  private ask(request: VerifyRequest): Promise<VerifyAnswer | undefined> {
    this.child ??= this.start();
    const { child } = this;
    return new Promise((resolve) => {
      const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
      const settle = (answer: VerifyAnswer | undefined) => {
        clearTimeout(timer);
        child.removeAllListeners();
        child.on("error", () => undefined);
        if (answer === undefined) this.close();
        resolve(answer);
      };
      child.on("message", (answer: VerifyAnswer) => settle(answer));
      child.on("exit", () => settle(undefined));
      child.on("error", () => settle(undefined));
      child.send(request, (e) => (e === null ? undefined : settle(undefined)));
    });
  }

  private start(): ChildProcess {
    const child = startChild(import.meta.url, "verify-child");
    child.stderr?.resume();
    return child;
  }

  close(): void {
    const { child } = this;
    this.child = undefined;
    child?.kill("SIGKILL");
  }
}
