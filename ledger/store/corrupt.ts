// The error of a store that cannot be trusted any more.
import { ZkStateError } from "../../core/errors.js";

const NEXT = "Stop the writer, keep a copy of the data directory, and restore it from a backup or execute the published batches again.";

/** STORE_CORRUPT with what was found; `next` replaces the usual advice. */
export const corrupt = (found: string, next = NEXT, cause?: unknown): ZkStateError =>
  new ZkStateError({ code: "STORE_CORRUPT", message: `The ledger store is damaged: ${found}.`, next, retryable: false, cause });
