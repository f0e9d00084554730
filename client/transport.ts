// Where published files come from. Nothing that a transport brings is trusted, so any mirror, cache or folder will do.
import { ZkStateError } from "../core/errors.js";

export interface Transport {
  /**
   * The bytes of a published file. `reload` passes over caches on the way: what was refused before may have come from one.
   * @throws TRANSPORT_FAILED (trying again may help), NOT_PUBLISHED when it is not there, RESPONSE_TOO_LARGE
   */
  read(name: string, maxBytes: number, signal?: AbortSignal, reload?: boolean): Promise<Uint8Array>;
}

/** Nobody has published the file, or this mirror does not have it yet. */
export const notPublished = (name: string): ZkStateError =>
  new ZkStateError({
    code: "NOT_PUBLISHED",
    message: `${name} is not published.`,
    next: "try again later, or another mirror",
    details: { file: name },
  });

/** The file did not come. */
export const transportFailed = (name: string, got: string, { retryable = true, cause }: { retryable?: boolean; cause?: unknown } = {}) =>
  new ZkStateError({
    code: "TRANSPORT_FAILED",
    message: `${name} could not be fetched.`,
    got,
    next: "check the address and the connection, then try again",
    details: { file: name },
    retryable,
    cause,
  });

/** The file is larger than any honest one. */
export const tooLarge = (name: string, maxBytes: number): ZkStateError =>
  new ZkStateError({
    code: "RESPONSE_TOO_LARGE",
    message: `${name} is larger than a published file of its kind can be.`,
    expected: `at most ${maxBytes} bytes`,
    next: "use another mirror",
    details: { file: name },
  });

/** Files in memory, by name. Later changes to the map are seen. */
export function memoryTransport(files: ReadonlyMap<string, Uint8Array>): Transport {
  return {
    read: async (name, maxBytes, signal) => {
      signal?.throwIfAborted();
      const bytes = files.get(name);
      if (bytes === undefined) throw notPublished(name);
      if (bytes.length > maxBytes) throw tooLarge(name, maxBytes);
      return bytes;
    },
  };
}
