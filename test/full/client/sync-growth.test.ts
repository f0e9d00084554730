// What a sync costs over long histories: certificates and bytes grow with the logarithm of the batches, and a client's memory stays small.
// Proofs and setup are from known secrets, so that certificates of thousands of batches can be made here; the verifier is the real one.
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../client/head-store.js";
import { LightClient } from "../../../client/light-client.js";
import { memoryTransport } from "../../../client/transport.js";
import { rangesBetween } from "../../../core/publication/ranges.js";
import { LARGEST, LongHistory } from "../../helpers/long-history.js";
import type { Files } from "../../helpers/published.js";

const history = new LongHistory();
const { trustRoot } = history;

const clientOf = (files: Files, store = memoryStore()) =>
  new LightClient({ trustRoot, transport: memoryTransport(files), store, stalenessSeconds: 1e12, backend: "mcl" });

describe("a sync from the genesis", () => {
  it("over 16 to 10,000 batches takes certificates and bytes that grow with the logarithm", async () => {
    const costs = new Map<number, { certificates: number; bytes: number }>();
    for (const batches of [16, 64, 256, 1_000, 10_000]) {
      const files: Files = history.empty();
      history.publish(files, 0, batches, [batches]);
      const { head, certificates, bytes } = await clientOf(files).sync();
      expect(head).toMatchObject({ batchNumber: batches, root: history.rootAt(batches, [batches]) });
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
    const files: Files = history.empty();
    const stops = [60, 66, 67];
    history.publish(files, 0, 60, stops, 1);
    const store = memoryStore();
    const client = clientOf(files, store);
    expect((await client.sync()).certificates).toHaveLength(60);
    const long = (await store.load("position"))?.length ?? 0;
    history.publish(files, 60, 66, stops, 1);
    await client.sync();
    expect((await store.load("position"))?.length).toBeGreaterThan(long);
    history.publish(files, 0, 67, stops, 64);
    await client.sync();
    const kept = (await store.load("position")) ?? "";
    expect(JSON.parse(kept)).toMatchObject({ links: [{ to: 64 }, { to: 66 }, { to: 67 }] });
    const again = clientOf(new Map(), store);
    await again.open();
    expect(again.head).toMatchObject({ batchNumber: 67, root: history.rootAt(67, stops) });
  });
});
