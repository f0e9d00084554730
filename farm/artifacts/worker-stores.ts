// The stores that a worker reads from: one per ledger, found through Redis and looked up again when it no longer answers.
import type { Redis } from "ioredis";
import { type ArtifactPlace, findPlace } from "./advertised.js";
import type { ArtifactStore } from "./store.js";

/** Turns an advertised place into a store. */
export type OpenPlace = (place: ArtifactPlace) => ArtifactStore;

/** Ledgers that a worker proves for at a time. */
const MOST_OPEN = 64;

export class WorkerStores {
  private readonly open = new Map<string, { readonly place: string; readonly store: ArtifactStore }>();

  /** @param fixed the store of --artifacts, which no advertisement changes */
  constructor(
    private readonly redis: Redis,
    private readonly openPlace: OpenPlace,
    private readonly fixed: ArtifactStore | undefined,
  ) {}

  /** A coordinator that was started again may be found elsewhere, so its place is asked for each job. @throws NOBODY_COORDINATING, and ARTIFACT_MISSING where its place is not on this machine */
  async of(replyTo: string): Promise<ArtifactStore> {
    if (this.fixed !== undefined) return this.fixed;
    const found = await findPlace(this.redis, replyTo);
    const place = JSON.stringify(found);
    const known = this.open.get(replyTo);
    if (known?.place === place) return known.store;
    const store = this.openPlace(found);
    this.open.delete(replyTo);
    this.open.set(replyTo, { place, store });
    await known?.store.close();
    await this.closeOldest();
    return store;
  }

  private async closeOldest(): Promise<void> {
    const [oldest] = this.open;
    if (oldest === undefined || this.open.size <= MOST_OPEN) return;
    this.open.delete(oldest[0]);
    await oldest[1].store.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map(({ store }) => store.close()));
    await this.fixed?.close();
  }
}
