// What a server answered, read strictly: sizes first, then UTF-8, JSON, shape. Every refusal names the file and the check that failed.
import * as z from "zod/mini";
import { ZkStateError } from "../core/errors.js";
import type { Transport } from "./transport.js";

/** Largest honest size of each kind of JSON file, in bytes, with room to spare. */
export const LIMITS = { heads: 4_096, statement: 4_096, key: 65_536, srs: 4_096, state: 131_072, node: 16_384, leaf: 16_384 } as const;

/** The checks that an answer can fail. */
export type Check =
  | "json"
  | "shape"
  | "ledger"
  | "range"
  | "verification key"
  | "setup"
  | "old root"
  | "new root"
  | "certificate bytes"
  | "number of certificates"
  | "state root"
  | "batch number"
  | "chains"
  | "prices"
  | "node"
  | "leaf"
  | "fork";

/** The server answered, and the answer is not true. */
export const invalid = (
  file: string,
  check: Check,
  message: string,
  sums: { readonly expected?: string; readonly got?: string } = {},
): ZkStateError =>
  new ZkStateError({
    code: "RESPONSE_INVALID",
    message,
    ...sums,
    next: "nothing of this answer was used; try another mirror",
    details: { file, check },
  });

const decoder = new TextDecoder("utf-8", { fatal: true });

/** A published JSON file as parsed, its shape unknown. @throws RESPONSE_INVALID, or as the transport */
export async function readJson(transport: Transport, file: string, maxBytes: number, signal?: AbortSignal): Promise<unknown> {
  const bytes = await transport.read(file, maxBytes, signal);
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw invalid(file, "json", `${file} is not JSON.`);
  }
}

/** A value of a known shape. @throws RESPONSE_INVALID naming the first field at fault */
export function shaped<T extends z.ZodMiniType>(schema: T, json: unknown, file: string): z.output<T> {
  const parsed = z.safeParse(schema, json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw invalid(file, "shape", `${file} has a wrong ${path || "shape"}.`, { got: parsed.error.issues[0]?.message ?? "" });
}

/** A published JSON file of a known shape. @throws RESPONSE_INVALID, or as the transport */
export async function readShaped<T extends z.ZodMiniType>(
  transport: Transport,
  schema: T,
  file: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<z.output<T>> {
  return shaped(schema, await readJson(transport, file, maxBytes, signal), file);
}

/** The same transport, which tells how many bytes it brought. */
export function counted(transport: Transport): Transport & { readonly bytes: () => number } {
  let total = 0;
  return {
    read: async (name, maxBytes, signal) => {
      const bytes = await transport.read(name, maxBytes, signal);
      total += bytes.length;
      return bytes;
    },
    bytes: () => total,
  };
}
