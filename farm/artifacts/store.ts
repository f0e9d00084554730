// Where inputs, keys and proofs live: by their SHA-256, behind one interface.
import { createHash } from "node:crypto";
import { ZkStateError } from "../../core/errors.js";
import type { ArtifactRef } from "../job.js";

/** Artifacts read into memory are inputs and proofs; keys go through files. */
export const MAX_IN_MEMORY = 64 * 1024 * 1024;

/**
 * A content-addressed store. Every read is checked against the reference, and what
 * turns out damaged is dropped, so that it can be put again; what is written is there whole or not at all, and writing twice
 * is harmless. All methods throw ARTIFACT_MISSING, ARTIFACT_CORRUPT, DISK_FULL, READ_ONLY, IO_FAILED, QUEUE_UNAVAILABLE or QUEUE_FULL.
 */
export interface ArtifactStore {
  /** For people: kind and place, without secrets. */
  readonly name: string;
  put(bytes: Uint8Array): Promise<ArtifactRef>;
  /** A file of any size, streamed. */
  putFile(path: string): Promise<ArtifactRef>;
  /** True when it is there, as far as can be told without reading it; what expires lives on from now. */
  has(ref: ArtifactRef): Promise<boolean>;
  /** At most MAX_IN_MEMORY bytes. */
  get(ref: ArtifactRef): Promise<Uint8Array>;
  /** Writes it to `path`, which appears only when the digest is right. */
  getFile(ref: ArtifactRef, path: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const refOf = (bytes: Uint8Array): ArtifactRef => ({
  sha256: createHash("sha256").update(bytes).digest("hex"),
  bytes: bytes.length,
});

export const missing = (ref: ArtifactRef, where: string): ZkStateError =>
  new ZkStateError({
    code: "ARTIFACT_MISSING",
    message: `There is no artifact ${ref.sha256} in ${where}.`,
    next: "the coordinator stores it again at its next round",
    retryable: true,
  });

/** @throws ARTIFACT_CORRUPT */
export function checkRef(ref: ArtifactRef, got: ArtifactRef, where: string): void {
  if (ref.sha256 === got.sha256 && ref.bytes === got.bytes) return;
  const show = ({ sha256, bytes }: ArtifactRef) => `${sha256}, ${bytes} bytes`;
  const message = `An artifact of ${where} is damaged.`;
  throw new ZkStateError({ code: "ARTIFACT_CORRUPT", message, expected: show(ref), got: show(got), retryable: true });
}
