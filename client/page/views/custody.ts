// What the chains hold for the ledger against what the ledger owes: equal sums, because every proof keeps them equal (statement S17).
import type { ChainCustody, VerifiedCustody } from "../../markets.js";
import { h, put, type View } from "../dom.js";
import { exact, hashWithCopy } from "../exact.js";
import { address, count, money, moneyExact, shortAddress } from "../format.js";
import type { Instruments } from "../instruments.js";
import { card, type Part, proven, stack, table } from "./parts.js";

const chainName = (chain: ChainCustody): string => `Chain ${count(chain.chainId)}`;
const moneyOf = (micro: bigint): HTMLElement => exact(money(micro), moneyExact(micro));
const positive = (parts: readonly Part[]): bigint => parts.reduce((sum, { value }) => (value > 0n ? sum + value : sum), 0n);

/** Both sides of one asset at one scale. */
function pair(title: string, total: HTMLElement, held: readonly Part[], owed: readonly Part[]): HTMLElement {
  const [left, right] = [positive(held), positive(owed)];
  const widest = left > right ? left : right;
  return h(
    "div",
    { class: "pair" },
    h("h3", {}, `${title} `, h("span", { class: "pair-total" }, total)),
    h("p", { class: "pair-side" }, "In custody, by chain"),
    stack(held, widest, `${title} in custody, by chain; the list has the numbers`),
    h("p", { class: "pair-side" }, "Owed"),
    stack(owed, widest, `${title} owed, by holder; the list has the numbers`),
  );
}

function quotePair({ chains, totals, liabilities: { accounts, funds } }: VerifiedCustody): HTMLElement {
  const part = (name: string, value: bigint): Part => ({ name, value, shown: moneyOf(value) });
  const held = chains.map((chain) => part(chainName(chain), chain.quote));
  const owed = [
    part("To accounts, in their leaves", accounts.quote),
    part("Perpetual pool, not settled yet", funds.perpetualPool),
    part("Insurance fund", funds.insurance),
    part("Fees of the venue", funds.fees),
  ];
  return pair("Quote", moneyOf(totals.quote), held, owed);
}

function spotPair({ chains, totals, liabilities }: VerifiedCustody, u: number, { coins, underlyings }: Instruments): HTMLElement {
  const shown = (lots: bigint) => exact(coins(u, lots), `${count(lots)} lots`);
  const part = (name: string, value: bigint): Part => ({ name, value, shown: shown(value) });
  const held = chains.map((chain) => part(chainName(chain), chain.spot[u] ?? 0n));
  return pair(underlyings[u]?.name ?? `Spot ${u}`, shown(totals.spot[u] ?? 0n), held, [
    part("To accounts", liabilities.accounts.spot[u] ?? 0n),
  ]);
}

const COLUMNS = [
  { title: "Chain" },
  { title: "Contract" },
  { title: "Deposits credited", numeric: true },
  { title: "Withdrawals queued", numeric: true },
];

const chainRow = (chain: ChainCustody) => [
  chainName(chain),
  hashWithCopy("contract address", shortAddress(chain.address), address(chain.address)),
  count(chain.depositCount),
  count(chain.withdrawalCount),
];

/** Undefined shows nothing: there is no proven state. */
export function custodyView(instruments: Instruments): View<VerifiedCustody | undefined> {
  const body = h("div", { class: "flow" });
  const intro =
    "Every proof keeps both sides equal to the last unit. Custody is what the ledger has counted in and out of each chain; that a contract holds as much is for the chain itself to show.";
  const element = card({ id: "collateral", title: "Collateral against liabilities", mark: proven(), intro }, body);
  return {
    element,
    update(custody) {
      element.hidden = custody === undefined;
      if (custody === undefined) return put(body);
      const spots = custody.totals.spot.map((_, u) => spotPair(custody, u, instruments));
      put(
        body,
        h("div", { class: "pairs" }, quotePair(custody), ...spots),
        table("Contracts and their queues", COLUMNS, custody.chains.map(chainRow)),
      );
    },
  };
}
