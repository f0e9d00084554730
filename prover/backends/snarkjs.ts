// The default backend: snarkjs in a supervised child process.
import type { Groth16Proof } from "../../core/groth16.js";
import { callChild } from "../child-call.js";
import type { ProverBackend } from "./backend.js";

export interface SnarkjsRequest {
  readonly zkeyPath: string;
  readonly wtnsPath: string;
}

export interface SnarkjsValue {
  readonly proof: Readonly<Record<string, unknown>>;
  readonly publicSignals: readonly string[];
}

/** snarkjs, slower than native provers but always there. */
export const snarkjsBackend: ProverBackend = {
  name: "snarkjs",
  prove: async ({ zkeyPath, wtnsPath, signal, onProgress, timeoutMs }) => {
    const request: SnarkjsRequest = { zkeyPath, wtnsPath };
    const value = await callChild<SnarkjsValue>(import.meta.url, "snarkjs-child", request, { signal, onProgress, timeoutMs });
    // The shape is checked with everything else when the proof is verified.
    return { proof: value.proof as unknown as Groth16Proof, publicSignals: value.publicSignals };
  },
};
