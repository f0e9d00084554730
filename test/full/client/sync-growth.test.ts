// What a sync costs over long histories: certificates and bytes grow with the logarithm of the batches, and a client's memory stays small.
// Proofs and setup are from known secrets, so that certificates of thousands of batches can be made here; the verifier is the real one.

import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { memoryStore } from "../../../client/head-store.js";
import { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { stateFile } from "../../../core/publication/files.js";
import { rangesBetween } from "../../../core/publication/ranges.js";
import { stateRoot } from "../../../ledger/hashing.js";
import { StateFile } from "../../../ledger/published/state.js";
import { type Files, publishedFixture, putCertificate, putHeads, putJson, simulatedRange } from "../../helpers/published.js";

const LARGEST = 8_192;
const fixture = publishedFixture({ batches: 1 });
const { trustRoot } = fixture;
const report = fixture.history.steps[0]?.executed.batch.report;
const header = fixture.states[1]?.header;

/** The header of a state after any batch; accounts and markets are those after batch 1. */
const headerAt = (batchNumber: number) => {
  if (header === undefined) throw new Error("no state");
  return { ...header, meta: { ...header.meta, batchNumber: BigInt(batchNumber) } };
};
/** Root after a batch: a real one where clients stop, any number between. */
const rootAt = (n: number, stops: readonly number[]): bigint => {
  if (n === 0) return trustRoot.root;
  return stops.includes(n) ? stateRoot(headerAt(n)) : 1_000_000n + BigInt(n);
};

/** Publishes the certificates between two batches that a client needs, and the state at the end. */
function publish(files: Files, from: number, to: number, stops: readonly number[], largest = LARGEST): void {
  const heads = { largest, complete: to, checkpoint: null };
  const roots = Array.from({ length: to + 1 }, (_, n) => rootAt(n, stops));
  for (const range of rangesBetween(from, to, heads)) {
    const between = roots.slice(range.from, range.to + 1);
    putCertificate(files, trustRoot, range, between[0] ?? 0n, between.at(-1) ?? 0n, simulatedRange(between, trustRoot));
  }
  const { signatures: _, ...prices } = report ?? { signatures: [] };
  const state = { format: "zkstate state 1", header: headerAt(to), prices } as z.output<typeof StateFile>;
  putJson(files, stateFile(roots[to] ?? 0n), z.encode(StateFile, state));
  putHeads(files, { ledgerId: trustRoot.ledgerId, proven: { batchNumber: to, root: roots[to] ?? 0n, publishedAt: 0 }, ...heads });
}

const clientOf = (files: Files, store = memoryStore()) =>
  new LightClient({ trustRoot, transport: memoryTransport(files), store, stalenessSeconds: 1e12, backend: "mcl" });

describe("a sync from the genesis", () => {
  it("over 16 to 10,000 batches takes certificates and bytes that grow with the logarithm", async () => {
    const costs = new Map<number, { certificates: number; bytes: number }>();
    for (const batches of [16, 64, 256, 1_000, 10_000]) {
      const files: Files = new Map(fixture.files);
      publish(files, 0, batches, [batches]);
      const { head, certificates, bytes } = await clientOf(files).sync();
      expect(head).toMatchObject({ batchNumber: batches, root: rootAt(batches, [batches]) });
      expect(certificates.length).toBeLessThanOrEqual(Math.log2(batches));
      costs.set(batches, { certificates: certificates.length, bytes });
    }
    const bytes = (batches: number) => costs.get(batches)?.bytes ?? 0;
    expect([...costs.values()].map(({ certificates }) => certificates)).toEqual([1, 1, 1, 6, 5]);
    // Powers of two have one certificate: each four times as many batches cost two halvings more.
    expect(bytes(64) - bytes(16)).toBeLessThan(2 * 1_344 + 100);
    expect(bytes(256) - bytes(64)).toBeLessThan(2 * 1_344 + 100);
    expect(bytes(10_000)).toBeLessThan(10 * bytes(16));
  });

  it("needs at most one certificate per power of two, whatever the head, and two from elsewhere", () => {
    for (const to of [1, 2, 3, 1_023, 1_024, 9_999, 10_000, 16_383]) {
      const heads = { largest: LARGEST, complete: to, checkpoint: null };
      expect(rangesBetween(0, to, heads).length).toBeLessThanOrEqual(Math.ceil(Math.log2(to + 1)));
      for (const from of [1, 777, 1_024, 5_555].filter((n) => n < to))
        expect(rangesBetween(from, to, heads).length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(to - from + 1)));
    }
  });
});

describe("a client that has followed batch by batch", () => {
  it("replaces its path by one over larger certificates, and forgets nothing that it needs after a restart", async () => {
    const files: Files = new Map(fixture.files);
    const stops = [60, 66, 67];
    publish(files, 0, 60, stops, 1);
    const store = memoryStore();
    const client = clientOf(files, store);
    expect((await client.sync()).certificates).toHaveLength(60);
    const long = (await store.load())?.length ?? 0;
    publish(files, 60, 66, stops, 1);
    await client.sync();
    expect((await store.load())?.length).toBeGreaterThan(long);
    publish(files, 0, 67, stops, 64);
    await client.sync();
    const kept = (await store.load()) ?? "";
    expect(JSON.parse(kept)).toMatchObject({ position: { links: [{ to: 64 }, { to: 66 }, { to: 67 }] } });
    const again = clientOf(new Map(), store);
    await again.open();
    expect(again.head).toMatchObject({ batchNumber: 67, root: rootAt(67, stops) });
  });
});
