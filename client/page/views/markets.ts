// Instruments, prices, funding and risk parameters of the proven state.
import type { Column, Underlying, VerifiedMarkets } from "../../markets.js";
import { type Child, h, put, type View } from "../dom.js";
import { exact } from "../exact.js";
import { count, day, decimal, instant, money, moneyExact, percent } from "../format.js";
import type { Instruments } from "../instruments.js";
import { bar, card, facts, proven, table } from "./parts.js";

const HOUR = 3600n;
/** Scale of fundingCap, per second. */
const FUNDING_SCALE = 1n << 40n;
/** Scale of fundingIntegral, and 1e-6 quote. */
const INTEGRAL_SCALE = (1n << 48n) * 1_000_000n;
const UNIT = 1n << 16n;

const numeric = (titles: readonly string[]) => titles.map((title) => ({ title, numeric: true }));

const priceOf = ({ price }: Instruments, column: number, value: bigint | undefined): Child =>
  value === undefined ? "none yet" : exact(price(column, value), `${value} / 2^24 \u00b7 1e-6 quote per lot`);

/** "1,125,899,906.842624" as "1.13e9" would be: caps may be far beyond any trade. */
function shortened(coins: string): string {
  const digits = coins.split(".")[0]?.replace(/\D/g, "").length ?? 0;
  return digits > 6 ? (coins.split(".")[0] ?? coins) : coins;
}

function interest({ column, openInterest = 0n, openInterestCap = 0n }: Column, { coins }: Instruments): Child[] {
  const share = openInterestCap === 0n ? 0 : Number((openInterest * 100_000n) / openInterestCap) / 100_000;
  const text = openInterest === 0n ? "0 %" : share < 0.001 ? "under 0.1 %" : percent(openInterest, openInterestCap);
  return [
    exact(coins(column, openInterest), `${count(openInterest)} lots`),
    exact(shortened(coins(column, openInterestCap)), `${count(openInterestCap)} lots`),
    h("span", { class: "with-bar" }, bar(share, `${text} of the cap`), h("span", { class: "bar-text" }, text)),
  ];
}

const PERPETUAL_COLUMNS = numeric([
  "Index",
  "Mark",
  "Open interest",
  "Cap",
  "Share of cap",
  "Funding since genesis, per coin",
  "Funding cap, per hour",
]);

function perpetuals({ columns, underlyings }: VerifiedMarkets, instruments: Instruments): HTMLElement {
  const rows = columns
    .filter(({ kind }) => kind === "perpetual")
    .map((column) => {
      const { index, perpMark, fundingIntegral = 0n, fundingCap = 0n } = underlyings[column.underlying] ?? {};
      const { name = "", lotsPerCoin = 1n } = instruments.underlyings[column.underlying] ?? {};
      return [
        name,
        priceOf(instruments, column.column, index),
        priceOf(instruments, column.column, perpMark),
        ...interest(column, instruments),
        exact(decimal(fundingIntegral * lotsPerCoin, INTEGRAL_SCALE, 4), `${fundingIntegral} / 2^48 \u00b7 1e-6 quote per lot`),
        exact(percent(fundingCap * HOUR, FUNDING_SCALE, 3), `${fundingCap} / 2^40 per second`),
      ];
    });
  return table("Perpetuals", [{ title: "Instrument" }, ...PERPETUAL_COLUMNS], rows);
}

const OPTION_COLUMNS = numeric(["Expiry", "Mark", "Open interest", "Cap", "Share of cap"]);

function options({ columns }: VerifiedMarkets, instruments: Instruments): HTMLElement {
  const rows = columns.flatMap((column) => {
    const { option } = column;
    if (option === undefined) return [];
    const settled = option.settlementValue !== 0n;
    return [
      [
        instruments.name(column),
        exact(day(option.expiry), instant(option.expiry)),
        h("span", {}, priceOf(instruments, column.column, settled ? option.settlementValue : column.price), settled && " settled"),
        ...interest(column, instruments),
      ],
    ];
  });
  return table("Options", [{ title: "Instrument" }, ...OPTION_COLUMNS], rows);
}

const RISK_COLUMNS = numeric(["Largest move tested", "Haircut on spot", "Tail, spot", "Tail, perpetual", "Tail, options"]);
const tail = (phi: bigint): string => percent(phi, 10_000n, 2);

function riskRow({ underlying, shock, haircut }: Underlying, columns: readonly Column[], { underlyings }: Instruments): Child[] {
  const own = columns.filter((column) => column.underlying === underlying);
  const phiOf = (kind: Column["kind"]) => [...new Set(own.filter((column) => column.kind === kind).map(({ phi }) => tail(phi)))].join(", ");
  return [
    underlyings[underlying]?.name,
    `\u00b1 ${shock} %`,
    exact(percent(haircut, UNIT), `${haircut} / 2^16`),
    phiOf("spot"),
    phiOf("perpetual"),
    phiOf("option"),
  ];
}

const riskFacts = ({ initialFactor, discountRate, discountShare, bounty, dustEquity }: VerifiedMarkets["margin"]): HTMLElement =>
  facts([
    ["Initial margin", exact(`${decimal(initialFactor, 256n, 2)} \u00d7 maintenance`, `${initialFactor} / 2^8 \u00d7 maintenance`)],
    ["Discount in a liquidation", exact(`${percent(discountRate, UNIT)} of the shortfall`, `${discountRate} / 2^16 of the shortfall`)],
    ["Liquidator's share of it", exact(percent(discountShare, UNIT), `${discountShare} / 2^16`)],
    ["Bounty for a bankrupt account", exact(money(bounty), moneyExact(bounty))],
    ["Equity below which all is taken", exact(money(dustEquity), moneyExact(dustEquity))],
  ]);

/** Undefined shows nothing: there is no proven state. */
export function marketsView(instruments: Instruments): View<VerifiedMarkets | undefined> {
  const body = h("div", { class: "tables" });
  const intro =
    "Two of three committee keys signed these prices; that they are true is not proven. Names, and how many lots make a coin, are the venue's own words.";
  const element = card({ id: "markets", title: "Markets and risk", mark: proven(), intro }, body);
  return {
    element,
    update(markets) {
      element.hidden = markets === undefined;
      if (markets === undefined) return put(body);
      const risk = markets.underlyings.map((underlying) => riskRow(underlying, markets.columns, instruments));
      put(
        body,
        perpetuals(markets, instruments),
        options(markets, instruments),
        table("Margin parameters", [{ title: "Underlying" }, ...RISK_COLUMNS], risk),
        riskFacts(markets.margin),
      );
    },
  };
}
