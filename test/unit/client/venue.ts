// A venue as a client's tests meet it: its files, at any head, and clients that read them.
import { z } from "zod";
import { LightClient, type LightClientOptions } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { ZkStateError } from "../../../core/errors.js";
import { HEADS_FILE } from "../../../core/publication/files.js";
import { type Files, type PublishedFixture, putHeads, putJson, readJson } from "../../helpers/published.js";

/** A minute after the report of batch n. */
export const soonAfter = (n: number): number => (1_700_000_000 + 60 * n + 60) * 1_000;

/** Replaces what is published, in place, by another venue's files. */
export function show(files: Files, others: Files): void {
  files.clear();
  for (const [name, bytes] of others) files.set(name, bytes);
}

/** Lets heads.json name another batch as the newest. */
export function setHead(files: Files, { files: all, roots, trustRoot }: PublishedFixture, batchNumber: number): void {
  const proven = { batchNumber, root: roots[batchNumber] ?? 0n, publishedAt: 1_700_000_000 };
  const { largest } = z.object({ largest: z.int() }).parse(readJson(all, HEADS_FILE));
  putHeads(files, { ledgerId: trustRoot.ledgerId, proven, largest });
}

/** Changes fields of a published file. */
export function edit(files: Files, name: string, change: Readonly<Record<string, unknown>>): void {
  putJson(files, name, { ...(readJson(files, name) as Record<string, unknown>), ...change });
}

export const editHead = (files: Files, change: Readonly<Record<string, unknown>>): void => {
  const { proven } = z.object({ proven: z.record(z.string(), z.unknown()) }).parse(readJson(files, HEADS_FILE));
  edit(files, HEADS_FILE, { proven: { ...proven, ...change } });
};

/** A client of these files whose clock stands a little after batch 4; on mcl, which is quicker to start. */
export const clientOf = (files: Files, { trustRoot }: PublishedFixture, over: Partial<LightClientOptions> = {}): LightClient =>
  new LightClient({ trustRoot, transport: memoryTransport(files), now: () => soonAfter(4), backend: "mcl", ...over });

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<ZkStateError> {
  try {
    await promise;
  } catch (e) {
    if (e instanceof ZkStateError) return e;
    throw e;
  }
  throw new Error("nothing was refused");
}

/** Code of the error, and the check that it names if any. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const { code, details } = await errorOf(promise);
  return typeof details["check"] === "string" ? `${code}: ${details["check"]}` : code;
}
