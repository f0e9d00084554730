// The files of a proof folder, from an executed batch and its proof; checked as a stranger would before anyone sees them.
import { ZkStateError } from "../../core/errors.js";
import type { Groth16Proof } from "../../core/groth16.js";
import type { Executed } from "../../ledger/batch.js";
import type { Header } from "../../ledger/types.js";
import type { CircuitArtifact } from "../../prover/artifacts.js";
import { sha256 } from "../../prover/file-digest.js";
import type { KeyArtifact } from "../../prover/keys/ensure-keys.js";
import type { ProvenInput } from "../../prover/prove-batch.js";
import type { Published } from "../execute/published.js";
import { packageVersion } from "../version.js";
import { checkFolder } from "./check.js";
import { type Envelope, statementOf } from "./envelope.js";
import type { ProofFiles } from "./folder.js";

export interface ProvenParts {
  /** The state's header before the batch. */
  readonly before: Header;
  readonly executed: Executed;
  readonly published: Published;
  readonly circuit: CircuitArtifact;
  readonly keys: KeyArtifact;
  readonly result: Pick<ProvenInput, "publicSignals" | "backend" | "timings"> & { readonly proof: Groth16Proof };
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

const rounded = (timings: Envelope["timings"]): Envelope["timings"] =>
  Object.fromEntries(Object.entries(timings).map(([name, ms]) => [name, Math.round(ms * 10) / 10])) as Envelope["timings"];

/**
 * @param isVerified true for a caller who has verified the proof already, under these keys and for these signals
 * @throws INTERNAL when they do not pass the check that everybody else makes
 */
export function proofFiles(
  { before, executed, published, circuit, keys, result }: ProvenParts,
  isVerified = false,
): { files: ProofFiles; envelope: Envelope } {
  const { profile: sizes, ...statement } = statementOf(before, executed, { id: published.circuit, ...published.profile });
  const texts = {
    "proof.json": pretty(result.proof),
    "public.json": pretty(result.publicSignals),
    "verification_key.json": pretty(keys.vkey),
  };
  const envelope: Envelope = {
    ...statement,
    circuit: { id: published.circuit, ...sizes, digest: circuit.digest, constraints: circuit.manifest.nConstraints },
    keys: { kind: keys.kind, vkeyDigest: keys.vkeyDigest },
    content: { id: published.contentId, part: published.part, parts: published.parts },
    prover: { version: packageVersion(), backend: result.backend },
    timings: rounded({ executeMs: published.executeMs, ...result.timings }),
    digests: {
      "proof.json": sha256(texts["proof.json"]),
      "public.json": sha256(texts["public.json"]),
      "verification_key.json": sha256(texts["verification_key.json"]),
    },
  };
  const files = { ...texts, "batch.json": pretty(envelope) };
  const checked = checkFolder(files, keys.vkeyDigest, isVerified);
  if (!checked.ok)
    throw new ZkStateError({ code: "INTERNAL", message: `The proof folder does not pass its own check: ${checked.detail}.` });
  return { files, envelope };
}
