// All cards of the page, and what they show when a state is verified and when none is.
import type { VerifiedHead } from "../state.js";
import { put } from "./dom.js";
import { makeInstruments, parseUnderlyings } from "./instruments.js";
import type { Verified } from "./session.js";
import type { Settings } from "./settings.js";
import { themeSwitch } from "./theme.js";
import { about } from "./views/about.js";
import { type AccountSource, accountView } from "./views/account.js";
import { activityView } from "./views/activity.js";
import { banners } from "./views/banners.js";
import { custodyView } from "./views/custody.js";
import { type HeadActions, headView } from "./views/head.js";
import { marketsView } from "./views/markets.js";
import { exactSwitch } from "./views/switches.js";
import { type TamperSource, tamperView } from "./views/tamper.js";
import { type TrustActions, trustView } from "./views/trust.js";

/** What the cards can ask for. */
export type Asks = HeadActions & TrustActions & TamperSource & AccountSource;

export type Panels = ReturnType<typeof makePanels>;

/** An element of index.html. */
export const place = (id: string): HTMLElement => document.getElementById(id) ?? document.body;

/** Makes the cards and lays them out. */
export function makePanels(settings: Settings, asks: Asks) {
  const instruments = makeInstruments(parseUnderlyings(settings.underlyings));
  const lines = banners();
  const cards = {
    head: headView(asks),
    trust: trustView(asks),
    tamper: tamperView(asks),
    account: accountView(asks, instruments),
    custody: custodyView(instruments),
    markets: marketsView(instruments),
    activity: activityView(),
  };
  put(place("main"), ...Object.values(cards).map((card) => card.element), about());
  put(place("banners"), lines.element);
  put(place("controls"), exactSwitch(), themeSwitch());
  return { ...cards, banners: lines };
}

/** Age of a state by this computer's clock, in seconds. */
export const ageOf = ({ timestamp }: VerifiedHead): number => Math.max(0, Math.floor(Date.now() / 1000) - timestamp);

/** Shows a verified state everywhere. */
export function showVerified(panels: Panels, { synced, markets, custody, links, where, engine }: Verified, stale: boolean): void {
  const { head, certificates, bytes, ms } = synced;
  const work = { certificates: certificates.length, bytes, ms, engine, where };
  panels.head.verdict({ kind: "verified", head, time: head.timestamp, behindSeconds: ageOf(head), stale, work });
  panels.head.chain(links);
  panels.custody.update(custody);
  panels.markets.update(markets);
  panels.account.refresh();
  panels.tamper.enable(head.batchNumber > 0);
  document.title = `Batch ${head.batchNumber} ${stale ? "is old" : "verified"}: zkstate`;
}

/** Shows nothing as proven. */
export function showNothing(panels: Panels): void {
  panels.custody.update(undefined);
  panels.markets.update(undefined);
  panels.activity.update(undefined);
  panels.account.clear();
  panels.account.enable(undefined);
  panels.tamper.enable(false);
}
