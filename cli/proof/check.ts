// Strict checking of one proof folder. Nothing in it is trusted: every file is parsed, digests are compared, and the published batch must hash
// to what the roots commit to.
import { type VerificationKey, verifyGroth16 } from "../../core/groth16.js";
import { poseidon } from "../../core/poseidon.js";
import { verificationKeyDigest } from "../../core/vkey-digest.js";
import { batchCommitment, nextHistoryHash, slotWords } from "../../ledger/commitment.js";
import { QUORUM } from "../../ledger/constants.js";
import { depositHead } from "../../ledger/messages.js";
import { priceHash } from "../../ledger/prices.js";
import type { Batch } from "../../ledger/types.js";
import { sha256 } from "../../prover/file-digest.js";
import { batchOf } from "../execute/published.js";
import { Envelope } from "./envelope.js";
import type { ProofFiles } from "./folder.js";

/** Why a proof does not count. The code is an error code of exit 1 or 6. */
export interface Rejection {
  readonly ok: false;
  readonly code: "PROOF_INVALID" | "PROOF_MALFORMED" | "KEY_MISMATCH" | "KEY_UNSAFE";
  readonly detail: string;
  readonly expected?: string;
  readonly got?: string;
}

export interface Accepted {
  readonly ok: true;
  readonly envelope: Envelope;
  readonly vkey: VerificationKey;
  readonly vkeyDigest: string;
}

type Failure = Rejection | undefined;

const reject = (code: Rejection["code"], detail: string, expected?: string, got?: string): Rejection => ({
  ok: false,
  code,
  detail,
  ...(expected === undefined ? {} : { expected }),
  ...(got === undefined ? {} : { got }),
});

function parse(text: string, name: string): { readonly value: unknown } | Rejection {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return reject("PROOF_MALFORMED", `${name} is not JSON`);
  }
}

const VKEY_CODES = { VKEY_MALFORMED: "PROOF_MALFORMED", VKEY_UNSAFE: "KEY_UNSAFE" } as const;

/** The equation itself, on snarkjs' three files. */
export function checkGroth16(vkey: unknown, publicSignals: unknown, proof: unknown): Failure {
  const verdict = verifyGroth16(vkey, publicSignals, proof);
  if (verdict.ok) return undefined;
  const { code, detail } = verdict;
  if (code === "PROOF_INVALID") return reject("PROOF_INVALID", detail);
  return reject(code === "VKEY_MALFORMED" || code === "VKEY_UNSAFE" ? VKEY_CODES[code] : "PROOF_MALFORMED", detail);
}

/**
 * @param trusted digest of the verification key that the reader trusts; without it the folder's own key is used, whatever it is
 * @param isVerified true for a caller who has verified the equation already, under that key and for these signals
 */
export function checkFolder(files: ProofFiles, trusted?: string, isVerified = false): Accepted | Rejection {
  const parsed = [parse(files["batch.json"], "batch.json"), parse(files["proof.json"], "proof.json")] as const;
  const others = [parse(files["public.json"], "public.json"), parse(files["verification_key.json"], "verification_key.json")] as const;
  const broken = [...parsed, ...others].find((p): p is Rejection => "ok" in p);
  if (broken !== undefined) return broken;
  const [batchJson, proof, signals, vkey] = [...parsed, ...others].map((p) => ("value" in p ? p.value : undefined));
  const read = Envelope.safeParse(batchJson);
  if (!read.success) {
    const issue = read.error.issues[0];
    return reject("PROOF_MALFORMED", `batch.json has a wrong ${issue?.path.join(".") || "shape"}`, undefined, issue?.message);
  }
  const envelope = read.data;
  const equation = () => (isVerified ? undefined : checkGroth16(vkey, signals, proof));
  const bad = checkDigests(files, envelope) ?? equation() ?? checkSignals(envelope, signals);
  if (bad !== undefined) return bad;
  const vkeyDigest = verificationKeyDigest(vkey as VerificationKey);
  const wrong = checkKey(envelope, vkeyDigest, trusted) ?? checkStatement(envelope);
  return wrong ?? { ok: true, envelope, vkey: vkey as VerificationKey, vkeyDigest };
}

function checkDigests(files: ProofFiles, envelope: Envelope): Failure {
  for (const [name, expected] of Object.entries(envelope.digests)) {
    const got = sha256(files[name as keyof Envelope["digests"]]);
    if (got !== expected) return reject("PROOF_INVALID", `${name} has another digest than batch.json says`, expected, got);
  }
  return undefined;
}

function checkSignals(envelope: Envelope, signals: unknown): Failure {
  const [expected, got] = [[envelope.oldRoot, envelope.newRoot], signals].map((x) => JSON.stringify(x));
  return expected === got ? undefined : reject("PROOF_INVALID", "the public signals are not the roots of batch.json", expected, got);
}

function checkKey(envelope: Envelope, digest: string, trusted: string | undefined): Failure {
  if (envelope.keys.vkeyDigest !== digest) {
    return reject("PROOF_INVALID", "the verification key is not that of batch.json", envelope.keys.vkeyDigest, digest);
  }
  return trusted === undefined || trusted === digest
    ? undefined
    : reject("KEY_MISMATCH", "the verification key is not the trusted one", trusted, digest);
}

/** The roots open to what batch.json says, and the batch in it is the one that the history hash took in. */
function checkStatement(e: Envelope): Failure {
  const rootOf = (o: Envelope["before"], batchNumber: number): string => {
    const meta = poseidon([BigInt(e.ledgerId), BigInt(batchNumber), BigInt(o.timestamp), BigInt(o.historyHash)]);
    return `${poseidon([BigInt(o.accountsRoot), BigInt(o.marketsHash), BigInt(o.chainsHash), meta])}`;
  };
  if (rootOf(e.before, e.batchNumber - 1) !== e.oldRoot) return reject("PROOF_INVALID", "oldRoot does not open to what batch.json says");
  if (rootOf(e.after, e.batchNumber) !== e.newRoot) return reject("PROOF_INVALID", "newRoot does not open to what batch.json says");
  try {
    const batch = batchOf(e.batch);
    if (batch.transitions.length > e.circuit.nTx)
      return reject("PROOF_INVALID", "more transitions are published than the circuit has slots");
    if (batch.report.signatures.length !== QUORUM) return reject("PROOF_MALFORMED", "the published report lacks a signature");
    if (`${batch.report.time}` !== e.after.timestamp) return reject("PROOF_INVALID", "the report's time is not the state's");
    const history = `${nextHistoryHash(BigInt(e.before.historyHash), commitmentOf(e, batch))}`;
    return history === e.after.historyHash ? undefined : reject("PROOF_INVALID", "the published batch is not the one that was proven");
  } catch (cause) {
    return reject("PROOF_MALFORMED", `the published batch is malformed: ${cause instanceof Error ? cause.message : "unreadable"}`);
  }
}

function commitmentOf(e: Envelope, { report, transitions }: Batch): bigint {
  const ledgerId = BigInt(e.ledgerId);
  const heads = e.depositHeads.map(BigInt);
  const words = transitions.map((t) => {
    if (t.kind !== "deposit") return slotWords(ledgerId, t, 0n);
    const head = depositHead(heads[t.chain] ?? 0n, t.owner, t.exitAddress, t.instrument, t.amount);
    heads[t.chain] = head;
    return slotWords(ledgerId, t, head);
  });
  return batchCommitment(priceHash(ledgerId, report), BigInt(e.batchNumber), e.circuit.nTx, words);
}
