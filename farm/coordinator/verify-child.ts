// Verifies proofs of strangers in a process of its own: what such a proof does to a parser or to the arithmetic is done here.
import { prepareKey, type VerificationKey, verifyPrepared } from "../../core/groth16.js";

export interface VerifyRequest {
  readonly proof: string;
  readonly vkey: VerificationKey;
  readonly publicSignals: readonly string[];
}

export interface VerifyAnswer {
  /** Why the proof is refused; undefined when it holds. */
  readonly refused: string | undefined;
}

process.on("disconnect", () => process.exit(1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

/** The pairing of the key is computed once: it is half of a verification. */
let last: { readonly text: string; readonly key: ReturnType<typeof prepareKey> } | undefined;

function prepared(vkey: VerificationKey): ReturnType<typeof prepareKey> {
  const text = JSON.stringify(vkey);
  if (last?.text !== text) last = { text, key: prepareKey(vkey) };
  return last.key;
}

function verdict({ proof, vkey, publicSignals }: VerifyRequest): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(proof);
  } catch {
    return "PROOF_MALFORMED: the proof is not JSON";
  }
  const key = prepared(vkey);
  const result = key.ok ? verifyPrepared(key, publicSignals, json) : key;
  return result.ok ? undefined : `${result.code}: ${result.detail}`;
}

process.on("message", (request: VerifyRequest) => {
  const answer: VerifyAnswer = { refused: verdict(request) };
  process.send?.(answer);
});
