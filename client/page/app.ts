// What the page does: one session at a time, its findings shown, the visitor's wishes carried out.
import { asZkStateError, type ZkStateError } from "../../core/errors.js";
import { chainsHash, marketsHash, metaHash } from "../../ledger/hashing.js";
import type { VerifiedHead } from "../state.js";
import { readActivity } from "./activity.js";
import { forgetVerified } from "./connect.js";
import { copyExactly } from "./exact.js";
import { plural, span } from "./format.js";
import { ageOf, makePanels, type Panels, place, showNothing, showVerified } from "./panels.js";
import { type Engine, type Hooks, Session, type Verified } from "./session.js";
import { readSettings } from "./settings.js";
import { type Target, tamper } from "./tamper.js";
import { forgetTrust, rememberCompared, type Trusted, useOwn } from "./trust.js";
import type { AccountModel } from "./views/account.js";
import { stopped } from "./views/banners.js";
import { canCompile } from "./wasm.js";

const TICK_MS = 1000;
const DEVELOPMENT =
  "Development keys: whoever made them can forge proofs. What is verified here shows that the machinery works; it is no reason to trust it with money.";

const stateWords = ({ header }: VerifiedHead): bigint[] => [
  header.accountsRoot,
  marketsHash(header.markets),
  chainsHash(header.chains),
  metaHash(header.meta),
];

class App {
  readonly #settings = readSettings();
  readonly #panels: Panels;
  #session: Session;
  #engine: Engine = "noble";
  /** The newest state that was verified in this visit. */
  #last: VerifiedHead | undefined;
  /** The one that is on the page now. */
  #shown: VerifiedHead | undefined;
  #stale = false;
  /** Nothing has come of this session yet. A verdict stands until there is another. */
  #waiting = true;
  /** An account that is known to exist, to be lied about. */
  #known = 0;

  constructor() {
    this.#panels = makePanels(this.#settings, {
      again: () => this.#fromTheStart(),
      engine: (engine) => this.#useEngine(engine),
      compared: () => this.#compared(),
      given: (text) => this.#given(text),
      forget: () => {
        forgetTrust(this.#settings.api);
        this.#restart();
      },
      tamper: async (target) => this.#tamper(target),
      lookUp: (index) => this.#lookUp(index),
    });
    this.#session = this.#open();
    setInterval(() => this.#tick(), TICK_MS);
  }

  #open(): Session {
    this.#shown = undefined;
    this.#waiting = true;
    showNothing(this.#panels);
    this.#panels.head.verdict({ kind: "checking", what: "Reading what the server publishes." });
    const session = new Session(this.#settings, this.#engine, this.#hooks());
    session.start();
    return session;
  }

  #restart(): void {
    this.#session.close();
    this.#last = undefined;
    this.#panels.banners.set("live", undefined);
    this.#session = this.#open();
  }

  #fromTheStart(): void {
    forgetVerified(this.#settings.api);
    this.#restart();
  }

  async #useEngine(engine: Engine): Promise<boolean> {
    if (engine === "mcl" && !(await canCompile())) return false;
    this.#engine = engine;
    this.#fromTheStart();
    return true;
  }

  #hooks(): Hooks {
    const { head, banners } = this.#panels;
    return {
      onTrust: (trusted) => this.#showTrust(trusted),
      onProgress: ({ verified, total }) => {
        if (this.#waiting) head.verdict({ kind: "checking", what: `${verified} of ${plural(total, "certificate")} verified.` });
      },
      onVerified: (verified) => this.#verified(verified),
      onRefused: (error) => this.#refused(error),
      onTrouble: (text) => banners.set("live", text),
      onCompromised: (error) => this.#compromised(error),
      onMode: head.mode,
    };
  }

  #showTrust(trusted: Trusted): void {
    this.#panels.trust.update(trusted);
    this.#panels.banners.set("development", trusted.trustRoot.keys === "development" ? DEVELOPMENT : undefined);
  }

  #verified(verified: Verified): void {
    const { head } = verified.synced;
    const isNews = head.root !== this.#shown?.root;
    this.#shown = head;
    this.#last = head;
    this.#waiting = false;
    if (isNews) {
      this.#stale = this.#isStale(head);
      showVerified(this.#panels, verified, this.#stale);
      this.#panels.account.enable(4 ** (this.#session.trusted?.trustRoot.nLevels ?? 0));
    }
    this.#tick();
    const from = this.#session.trusted?.trustRoot.batchNumber ?? 0;
    void readActivity(this.#session.transport).then((activity) => {
      if (this.#shown === head) this.#panels.activity.update({ activity, head, from });
    });
  }

  #refused(error: ZkStateError): void {
    this.#waiting = false;
    this.#shown = undefined;
    showNothing(this.#panels);
    if (this.#session.trusted === undefined) this.#panels.trust.update(undefined);
    this.#panels.banners.set("stale", undefined);
    this.#panels.head.verdict({ kind: "refused", error, last: this.#last });
    document.title = `${error.code}: zkstate`;
  }

  #compromised(error: ZkStateError): void {
    this.#shown = undefined;
    showNothing(this.#panels);
    for (const banner of ["stale", "live"] as const) this.#panels.banners.set(banner, undefined);
    document.title = "Stopped: zkstate";
    place("contents").hidden = true;
    stopped(place("main"), error, JSON.stringify(error.details["evidence"], null, 1), () => {
      forgetVerified(this.#settings.api);
      location.reload();
    });
  }

  readonly #isStale = (head: VerifiedHead): boolean => head.batchNumber > 0 && ageOf(head) > this.#settings.staleAfterSeconds;

  /** Once a second: the age of what is shown, and a new drawing when it has become old. */
  #tick(): void {
    const { head, banners } = this.#panels;
    const { verified } = this.#session;
    if (this.#shown === undefined || verified === undefined) return;
    const stale = this.#isStale(this.#shown);
    if (stale !== this.#stale) showVerified(this.#panels, verified, stale);
    this.#stale = stale;
    head.age(ageOf(this.#shown));
    const age = `Stale: the newest proven state is more than ${span(this.#settings.staleAfterSeconds)} old. What is shown is proven, and may have changed since.`;
    banners.set("stale", stale ? age : undefined);
  }

  #compared(): void {
    const { trusted } = this.#session;
    if (trusted === undefined) return;
    rememberCompared(this.#settings.api, trusted.digest);
    this.#showTrust({ ...trusted, origin: "compared" });
  }

  /** @throws INPUT_MALFORMED when the text is no trust root */
  #given(text: string): void {
    useOwn(this.#settings.api, text);
    this.#restart();
  }

  async #lookUp(index: number): Promise<AccountModel> {
    const { account, verified } = await this.#session.account(index);
    if (account.exists) this.#known = index;
    return { account, stateWords: stateWords(verified.synced.head), columns: verified.markets.columns };
  }

  #tamper(target: Target) {
    const { transport, trusted, verified } = this.#session;
    if (trusted === undefined || verified === undefined) throw asZkStateError(new Error("nothing has been verified yet"));
    const { batchNumber } = verified.synced.head;
    return tamper(target, { transport, trustRoot: trusted.trustRoot, batchNumber, account: this.#known });
  }
}

/** Starts the page. */
export function startApp(): void {
  copyExactly();
  new App();
}
