// What an error of an attempt speaks against: the batch, or the machine that made the attempt.
import type { ErrorCode } from "../core/errors.js";

/** Errors that the same input gives on every machine: trying again proves nothing. The coordinator makes sure before it believes them. */
const DETERMINISTIC = new Set<ErrorCode>(["WITNESS_UNSATISFIED", "INPUT_MALFORMED", "INPUT_NOT_CANONICAL"]);

/** Troubles of a machine, its disk, its keys or its stores: they say nothing about the batch. */
const OF_THE_MACHINE = new Set<ErrorCode>([
  "ARTIFACT_MISSING",
  "ARTIFACT_CORRUPT",
  "DISK_FULL",
  "READ_ONLY",
  "IO_FAILED",
  "QUEUE_FULL",
  "QUEUE_UNAVAILABLE",
  "NOBODY_COORDINATING",
  "CONFIG_INVALID",
  "KEY_MISMATCH",
]);

/** Troubles of what all machines share, Redis and the coordinator: they say nothing about the machine either. */
const SHARED = new Set<ErrorCode>(["QUEUE_FULL", "QUEUE_UNAVAILABLE"]);

/** Troubles under which storing a proof is tried again: they end, and the proof is paid for. */
const PASSING = new Set<ErrorCode>([...SHARED, "NOBODY_COORDINATING", "ARTIFACT_MISSING", "DISK_FULL"]);

export const isDeterministic = (code: ErrorCode): boolean => DETERMINISTIC.has(code);
export const isOfTheMachine = (code: ErrorCode): boolean => OF_THE_MACHINE.has(code);
export const isShared = (code: ErrorCode): boolean => SHARED.has(code);
export const isPassing = (code: ErrorCode): boolean => PASSING.has(code);
