// The light client: follows a ledger by its certificates from the trust root, and answers only what is proven under the newest state that it has verified.
//
// const client = new LightClient({ trustRoot, transport: httpTransport("https://venue.example/v1/") });
// await client.sync();
// const { account, margin } = await client.getAccount(7);
import { ZkStateError } from "../core/errors.js";
import type { PairingBackend } from "../core/pairing/backend.js";
import type { Heads } from "../core/publication/files.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import { abortable } from "./abortable.js";
import { openAccount, type VerifiedAccount } from "./account.js";
import { counted } from "./answers.js";
import { type BackendChoice, backendOf } from "./backends.js";
import { type EventName, type Events, type Listener, makeEvents, type Stale } from "./events.js";
import { compromised, type Evidence } from "./evidence.js";
import { codedStore, type HeadStore } from "./head-store.js";
import { evidenceOf, evidenceText, positionText, type Restored, restore, type Standing } from "./kept.js";
import { custodyOf, marketsOf, type VerifiedCustody, type VerifiedMarkets } from "./markets.js";
import type { VerifiedHead } from "./state.js";
import { type Outcome, syncOnce } from "./sync.js";
import type { Transport } from "./transport.js";
import { VerifiedHistory } from "./verified-history.js";

export interface LightClientOptions {
  readonly trustRoot: TrustRoot;
  readonly transport: Transport;
  /** @defaultValue "noble" */
  readonly backend?: BackendChoice;
  /** @defaultValue none: every client starts from the trust root */
  readonly store?: HeadStore;
  /** Age of the oldest state that questions are answered from, by the time of its price report. @defaultValue 3,600 */
  readonly stalenessSeconds?: number;
  /** Unix milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** False refuses a trust root with development keys, whose maker can forge. @defaultValue true */
  readonly allowDevelopment?: boolean;
}

/** Seconds. */
export const DEFAULT_STALENESS = 3_600;
const MOST_SUSPECTS = 1_000;

/** What a sync did. */
export interface Synced {
  readonly head: VerifiedHead;
  /** Newly verified, in order; ms of verification. */
  readonly certificates: readonly { readonly from: number; readonly to: number; readonly bytes: number; readonly ms: number }[];
  /** Fetched in all. */
  readonly bytes: number;
  readonly ms: number;
  /** Age of the head's price report. */
  readonly behindSeconds: number;
  /** What the server says and nobody has proven; not to be shown as if it were. */
  readonly claims: Pick<Heads, "proven" | "settled">;
}

/** Follows one ledger. Syncs take turns; answers come from the head at the time of the question. */
export class LightClient {
  private readonly options: LightClientOptions;
  private readonly store: HeadStore | undefined;
  private readonly events: Events = makeEvents();
  private position: Standing | undefined;
  private evidence: Evidence | undefined;
  private readonly history: VerifiedHistory;
  /** Files that work has read which failed: they are read past caches until work with them goes well, since a cache may hold what was refused. */
  private readonly suspects = new Set<string>();
  private isStale = false;
  /** Set while the server is behind the head. */
  private serverBehind: Pick<Stale, "serverBatchNumber"> = {};
  private opening: Promise<PairingBackend> | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** @throws DEVELOPMENT_KEY */
  constructor(options: LightClientOptions) {
    this.options = options;
    this.store = options.store && codedStore(options.store);
    this.history = new VerifiedHistory(options.trustRoot.batchNumber);
    if (options.allowDevelopment !== false || options.trustRoot.keys === "production") return;
    const next = "get a trust root with keys of a ceremony, or allow development keys";
    const message = "The trust root is one of development keys: whoever made them can forge proofs.";
    throw new ZkStateError({ code: "DEVELOPMENT_KEY", message, next });
  }

  /** Listens to an event. */
  on<N extends EventName>(name: N, listener: Listener<N>): void {
    this.events.on(name, listener);
  }

  /** Listens no longer. */
  off<N extends EventName>(name: N, listener: Listener<N>): void {
    this.events.off(name, listener);
  }

  /** The newest verified state; undefined before the first sync, and after evidence of a fork. */
  get head(): VerifiedHead | undefined {
    return this.position?.head;
  }

  /**
   * Follows the server's certificates to its head. The head moves only after everything about it was verified and kept.
   * @throws RESPONSE_INVALID, CERTIFICATE_INVALID, CERTIFICATE_MALFORMED, COMPROMISED, TRANSPORT_FAILED, NOT_PUBLISHED, RESPONSE_TOO_LARGE, or as the store:
   * IO_FAILED for what has no code of its own
   */
  sync(signal?: AbortSignal): Promise<Synced> {
    const mine = abortable(
      signal,
      this.turn.then(() => this.reading((transport) => this.syncNow(transport, signal))),
    );
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * An account under the head, or that there is none, with its path and its margin.
   * @throws USAGE, NOT_SYNCED, HEAD_STALE, COMPROMISED, RESPONSE_INVALID, TRANSPORT_FAILED, NOT_PUBLISHED, RESPONSE_TOO_LARGE
   */
  async getAccount(index: number, signal?: AbortSignal): Promise<VerifiedAccount> {
    const { nLevels } = this.options.trustRoot;
    const head = await this.fresh();
    const opened = this.reading((transport) => openAccount(transport, head, nLevels, index, signal));
    const account = await abortable(signal, opened);
    if (this.evidence !== undefined) throw compromised(this.evidence); // found meanwhile
    return account;
  }

  /** Prices, open interest, funds and parameters under the head. @throws NOT_SYNCED, HEAD_STALE, COMPROMISED */
  async getMarkets(): Promise<VerifiedMarkets> {
    return marketsOf(await this.fresh());
  }

  /** Custody against liabilities under the head. @throws NOT_SYNCED, HEAD_STALE, COMPROMISED */
  async getCustody(): Promise<VerifiedCustody> {
    return custodyOf(await this.fresh());
  }

  /** Takes up what the store holds, once; sync and questions do so by themselves. @throws COMPROMISED */
  async open(): Promise<PairingBackend> {
    this.opening ??= this.openNow().catch((e) => {
      this.opening = undefined; // what failed may go well the next time
      throw e;
    });
    const backend = await this.opening;
    if (this.evidence !== undefined) throw compromised(this.evidence);
    return backend;
  }

  private async openNow(): Promise<PairingBackend> {
    const { backend = "noble", trustRoot } = this.options;
    const chosen = await backendOf(backend);
    if (this.store === undefined) return chosen;
    const restored: Restored = await restore(this.store, trustRoot, chosen);
    if (restored.kind === "restored") this.standOn(restored.position);
    if (restored.kind === "compromised") this.stop(restored.evidence);
    return chosen;
  }

  private async reading<T>(work: (transport: Transport) => Promise<T>): Promise<T> {
    const { transport } = this.options;
    const names = new Set<string>();
    const read: Transport["read"] = (name, maxBytes, signal) => {
      names.add(name);
      return transport.read(name, maxBytes, signal, this.suspects.has(name));
    };
    try {
      const result = await work({ read });
      for (const name of names) this.suspects.delete(name);
      return result;
    } catch (e) {
      if (this.suspects.size > MOST_SUSPECTS) this.suspects.clear();
      for (const name of [...names].slice(-MOST_SUSPECTS)) this.suspects.add(name); // what failed was among the last
      throw e;
    }
  }

  private standOn(position: Standing): void {
    for (const link of position.links) this.history.add(link);
    this.position = position;
  }

  private async syncNow(from: Transport, signal: AbortSignal | undefined): Promise<Synced> {
    const started = performance.now();
    const backend = await this.open();
    signal?.throwIfAborted();
    const transport = counted(from);
    const { trustRoot } = this.options;
    const onProgress = (progress: Parameters<Listener<"syncing">>[0]) => this.events.emit("syncing", progress);
    const input = { transport, trustRoot, backend, position: this.position, history: this.history, signal, onProgress };
    const { position, heads, steps } = await syncOnce(input)
      .then((outcome) => this.accept(outcome, signal))
      .finally(() => this.history.trim(this.position?.links ?? []));
    return {
      head: position.head,
      certificates: steps.map(({ link: { from, to, certificate }, ms }) => ({ from, to, bytes: certificate.length, ms })),
      bytes: transport.bytes(),
      ms: performance.now() - started,
      behindSeconds: this.behind(position.head),
      claims: { proven: heads.proven, settled: heads.settled },
    };
  }

  private async accept(outcome: Outcome, signal: AbortSignal | undefined): Promise<Extract<Outcome, { kind: "synced" }>> {
    if (outcome.kind === "forked") {
      this.stop(outcome.evidence);
      await this.store?.save("evidence", evidenceText(outcome.evidence)).catch(() => undefined); // kept or not, this is the news
      throw compromised(outcome.evidence);
    }
    const { position, heads } = outcome;
    if (position !== this.position) {
      await this.store?.save("position", positionText(this.options.trustRoot, position));
      await this.heedStore();
      signal?.throwIfAborted(); // another sync may have begun
      this.position = position;
      this.events.emit("advanced", position.head);
    }
    const serverBatchNumber = heads.proven.batchNumber;
    this.serverBehind = serverBatchNumber < position.head.batchNumber ? { serverBatchNumber } : {};
    this.isTooOld(position.head);
    return outcome;
  }

  /** Another client of the same store may have stopped for good. @throws COMPROMISED */
  private async heedStore(): Promise<void> {
    const { backend = "noble", trustRoot } = this.options;
    const evidence = await evidenceOf(await this.store?.load("evidence"), trustRoot, await backendOf(backend));
    if (evidence === undefined) return;
    this.stop(evidence);
    throw compromised(evidence);
  }

  private stop(evidence: Evidence): void {
    this.evidence = evidence;
    this.position = undefined;
    this.events.emit("compromised", evidence);
  }

  private behind({ timestamp }: VerifiedHead): number {
    const { now = Date.now } = this.options;
    return Math.max(0, Math.floor(now() / 1_000) - timestamp);
  }

  /** Whether a head is too old to answer from. Tells of one that has become stale, once until it is fresh again. */
  private isTooOld(head: VerifiedHead): boolean {
    const behindSeconds = this.behind(head);
    const isOld = behindSeconds > (this.options.stalenessSeconds ?? DEFAULT_STALENESS);
    const isStale = isOld || this.serverBehind.serverBatchNumber !== undefined;
    const isNews = isStale && !this.isStale;
    this.isStale = isStale;
    if (isNews) this.events.emit("stale", { batchNumber: head.batchNumber, behindSeconds, ...this.serverBehind });
    return isOld;
  }

  private async fresh(): Promise<VerifiedHead> {
    await this.open();
    const head = this.head;
    if (head === undefined) {
      const next = "call sync() first";
      throw new ZkStateError({ code: "NOT_SYNCED", message: "Nothing has been verified yet.", next });
    }
    if (!this.isTooOld(head)) return head;
    const behindSeconds = this.behind(head);
    throw new ZkStateError({
      code: "HEAD_STALE",
      message: `The newest verified state, after batch ${head.batchNumber}, is ${behindSeconds} seconds behind.`,
      expected: `at most ${this.options.stalenessSeconds ?? DEFAULT_STALENESS} seconds`,
      next: "sync again, try another mirror, or allow older states (stalenessSeconds, --staleness)",
      details: { batchNumber: head.batchNumber, behindSeconds },
    });
  }
}
