// Production keys: a powers-of-tau file, phase-2 contributions and a beacon, made and verified by snarkjs.
import { ZkStateError } from "../../core/errors.js";
import { type ChildLimits, callChild } from "../child-call.js";

export interface Beacon {
  /** Public randomness fixed in advance, such as a later block's hash: hex, an even number of digits. */
  readonly hex: string;
  /** 2^iterationsExp hash iterations. */
  readonly iterationsExp: number;
}

export interface PtauSetup {
  readonly r1csPath: string;
  /** A powers-of-tau file prepared for phase 2 with at least as many powers as the circuit's domain. */
  readonly ptauPath: string;
  readonly zkeyPath: string;
  /** One name per contribution; each draws 64 bytes of entropy from the operating system. At least one. */
  readonly contributions: readonly string[];
  readonly beacon?: Beacon;
}

export type PtauRequest =
  | ({ readonly kind: "setup" } & PtauSetup)
  | { readonly kind: "verify"; readonly r1csPath: string; readonly ptauPath: string; readonly zkeyPath: string };

export type PtauReply =
  | { readonly kind: "progress"; readonly fraction: number }
  | { readonly kind: "done"; readonly value: { readonly ok: boolean; readonly detail: string } }
  | { readonly kind: "error"; readonly message: string };

// A ceremony for a large circuit takes hours on a small machine.
const LIMIT_MS = 24 * 3_600_000;

/**
 * Make a production key at `zkeyPath` and verify it against the circuit and the powers of tau.
 * @throws USAGE without a contribution, KEY_MISMATCH when snarkjs refuses the key or the ptau file, PROVER_FAILED, INTERRUPTED
 */
export async function ptauSetup(setup: PtauSetup, limits: ChildLimits = {}): Promise<void> {
  if (setup.contributions.length === 0)
    throw new ZkStateError({ code: "USAGE", message: "a production key needs at least one contribution" });
  if (setup.beacon !== undefined && !/^(?:[0-9a-fA-F]{2})+$/.test(setup.beacon.hex))
    throw new ZkStateError({ code: "USAGE", message: "the beacon is not a whole number of hex bytes" });
  await ask({ kind: "setup", ...setup }, limits);
}

/**
 * Check a production key against its circuit and powers of tau, every contribution included.
 * @throws KEY_MISMATCH when snarkjs refuses it, PROVER_FAILED, INTERRUPTED
 */
export async function verifySetup(paths: Pick<PtauSetup, "r1csPath" | "ptauPath" | "zkeyPath">, limits: ChildLimits = {}): Promise<void> {
  const { r1csPath, ptauPath, zkeyPath } = paths;
  await ask({ kind: "verify", r1csPath, ptauPath, zkeyPath }, limits);
}

async function ask(request: PtauRequest, limits: ChildLimits): Promise<void> {
  const answer = await callChild<{ ok: boolean; detail: string }>(import.meta.url, "ptau-child", request, {
    timeoutMs: LIMIT_MS,
    ...limits,
  });
  if (answer.ok) return;
  const next = "check that the ptau file is prepared for phase 2, large enough, and the one this key was made from";
  throw new ZkStateError({ code: "KEY_MISMATCH", message: `snarkjs: ${answer.detail}`, next });
}
