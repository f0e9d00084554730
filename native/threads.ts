// How many threads a piece of work gets.
import { availableParallelism } from "node:os";
import { ZkStateError } from "../core/errors.js";

/**
 * The wanted number of threads, or the processor's, but no more than `most`.
 * @throws CONFIG_INVALID for what is no whole number from 1
 */
export function threadCount(wanted = availableParallelism(), most = 1024): number {
  if (Number.isInteger(wanted) && wanted >= 1) return Math.min(wanted, most);
  const message = "What is asked for is no number of threads.";
  throw new ZkStateError({ code: "CONFIG_INVALID", message, expected: "a whole number, 1 or more", got: String(wanted) });
}
