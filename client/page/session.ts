// One visit to one ledger: settles the trust root, keeps a light client in step with the server, and says what came of it.
import { asZkStateError, ZkStateError } from "../../core/errors.js";
import { TRUST_ROOT_FILE } from "../../core/publication/files.js";
import type { VerifiedAccount } from "../account.js";
import type { Syncing } from "../events.js";
import { httpTransport } from "../http-transport.js";
import type { Synced } from "../light-client.js";
import type { VerifiedCustody, VerifiedMarkets } from "../markets.js";
import { linksAfter } from "./chain-links.js";
import { type Connected, connect } from "./connect.js";
import { follow, headText, type Live, type LiveMode } from "./live.js";
import type { Settings } from "./settings.js";
import { chooseTrust, type Trusted } from "./trust.js";
import type { Link } from "./views/chain.js";

export type Engine = "noble" | "mcl";

/** A state that this browser has verified, with what it took. */
export interface Verified {
  readonly synced: Synced;
  readonly markets: VerifiedMarkets;
  readonly custody: VerifiedCustody;
  readonly links: readonly Link[];
  readonly where: Connected["where"];
  readonly engine: Engine;
}

export interface Hooks {
  readonly onTrust: (trusted: Trusted) => void;
  readonly onProgress: (progress: Syncing) => void;
  readonly onVerified: (verified: Verified) => void;
  /** The server lied, or nothing has been verified yet and nothing could be. */
  readonly onRefused: (error: ZkStateError) => void;
  /** The server cannot be reached or has fallen behind what was verified; undefined when all is well again. */
  readonly onTrouble: (text: string | undefined) => void;
  /** Two histories: the end of the visit. */
  readonly onCompromised: (error: ZkStateError) => void;
  readonly onMode: (mode: LiveMode) => void;
}

const TRUST_ROOT_BYTES = 16_384;
/** At an account, when heads come in between. */
const ATTEMPTS = 3;
/** The server did not answer, which is no lie. */
const SILENT = new Set(["TRANSPORT_FAILED", "NOT_PUBLISHED"]);

export class Session {
  readonly transport;
  /** The newest verified state. */
  verified: Verified | undefined;
  trusted: Trusted | undefined;
  readonly #settings: Settings;
  readonly #hooks: Hooks;
  readonly #engine: Engine;
  #connected: Connected | undefined;
  #live: Live | undefined;
  readonly #closing = new AbortController();
  #turn: Promise<void> = Promise.resolve();
  /** The look that waits for its turn. */
  #next: Promise<void> | undefined;
  /** The newest reason to look that waits for the end of the look underway. */
  #heard: { readonly announced: string | undefined } | undefined;
  /** What the server named as its head when all of it was verified. */
  #found: string | undefined;

  constructor(settings: Settings, engine: Engine, hooks: Hooks) {
    this.#settings = settings;
    this.#engine = engine;
    this.#hooks = hooks;
    this.transport = httpTransport(settings.api, { timeoutMs: settings.timeoutMs });
  }

  /** Looks at once, and whenever something may be new. */
  start(): void {
    const onMode = (mode: LiveMode) => this.#hooks.onMode(mode);
    this.#live = follow(this.#settings, { onNews: (announced) => this.#hear(announced), onMode });
    void this.look();
  }

  close(): void {
    this.#closing.abort();
    this.#live?.close();
    this.#connected?.close();
  }

  /** Verifies what is new, one look at a time; a call during a look is answered by one more. Never throws: the hooks hear of it. */
  look(): Promise<void> {
    this.#next ??= this.#turn.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    this.#turn = this.#next;
    return this.#next;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** A head is announced: only a reason to look, and none when the look underway has found it already. */
  #hear(announced: string | undefined): void {
    const waits = this.#heard !== undefined;
    this.#heard = { announced };
    if (waits) return; // one of them waits for the look underway, however many there are
    void this.#turn.then(() => {
      const heard = this.#heard?.announced;
      this.#heard = undefined;
      return heard !== undefined && heard === this.#found ? undefined : this.look();
    });
  }

  async #run(): Promise<void> {
    try {
      if (!this.#closed) await this.#accept(await this.#connect());
    } catch (e) {
      if (!this.#closed) this.#refuse(asZkStateError(e));
    }
  }

  /** An account under the state that is shown. @throws ZkStateError when anything about it is not proven */
  async account(index: number): Promise<{ readonly account: VerifiedAccount; readonly verified: Verified }> {
    for (let attempt = 1; ; attempt++) {
      const { client } = await this.#connect();
      const account = await client.getAccount(index);
      const { verified } = this;
      if (verified?.synced.head.root === account.root) return { account, verified };
      if (attempt === ATTEMPTS)
        throw new ZkStateError({ code: "NOT_SYNCED", message: "The head moves faster than the account.", next: "try again" });
      await this.look(); // a newer head arrived in between
    }
  }

  async #connect(): Promise<Connected> {
    if (this.#connected !== undefined) return this.#connected;
    const { api, trustDigest } = this.#settings;
    const fromServer = async () => new TextDecoder().decode(await this.transport.read(TRUST_ROOT_FILE, TRUST_ROOT_BYTES, undefined, true));
    const trusted = await chooseTrust(api, trustDigest, fromServer);
    this.trusted = trusted;
    this.#hooks.onTrust(trusted);
    const connected = await connect(this.#settings, trusted, this.#engine);
    if (this.#closed) connected.close();
    connected.client.on("syncing", (progress) => this.#closed || this.#hooks.onProgress(progress));
    connected.client.on("stale", ({ serverBatchNumber }) => this.#behind(serverBatchNumber));
    this.#connected = connected;
    return connected;
  }

  async #accept({ client, where }: Connected): Promise<void> {
    const synced = await client.sync(this.#closing.signal);
    const [markets, custody] = [await client.getMarkets(), await client.getCustody()];
    if (this.#closed) return;
    const links = linksAfter(this.verified?.links ?? [], this.trusted?.trustRoot.batchNumber ?? 0, synced);
    this.verified = { synced, markets, custody, links, where, engine: this.#engine };
    this.#found = headText(synced.claims.proven);
    if (synced.claims.proven.batchNumber >= synced.head.batchNumber) this.#hooks.onTrouble(undefined);
    this.#hooks.onVerified(this.verified);
  }

  #refuse(error: ZkStateError): void {
    if (error.code === "COMPROMISED") {
      this.close();
      this.#hooks.onCompromised(error);
    } else if (SILENT.has(error.code) && this.verified !== undefined) {
      this.#hooks.onTrouble(`No answer from the server (${error.got ?? error.message}). What is shown was verified before.`);
    } else {
      this.verified = undefined;
      this.#found = undefined;
      this.#hooks.onRefused(error);
    }
  }

  #behind(serverBatchNumber: number | undefined): void {
    if (serverBatchNumber === undefined) return;
    this.#hooks.onTrouble(`The server shows batch ${serverBatchNumber}, which is older than what this browser has verified already.`);
  }
}
