// Names of the columns and what a lot is of a coin. These are the venue's words, not part of what is proven: the ledger knows columns and lots.
import { U, underlyingOf } from "../../ledger/constants.js";
import type { Column } from "../markets.js";
import { decimal } from "./format.js";

export interface Underlying {
  readonly name: string;
  readonly lotsPerCoin: bigint;
}

const DEFAULTS: readonly Underlying[] = [
  { name: "BTC", lotsPerCoin: 1_000_000n },
  { name: "ETH", lotsPerCoin: 100_000n },
];
const FORM = /^[\w.-]{1,12}:[1-9][0-9]{0,17}$/;

/** "BTC:1000000 ETH:100000": one entry per underlying, with its lots per coin; anything else gives the defaults. */
export function parseUnderlyings(text: string | undefined): readonly Underlying[] {
  const entries = text?.trim().split(/\s+/) ?? [];
  if (entries.length !== U || !entries.every((entry) => FORM.test(entry))) return DEFAULTS;
  return entries.map((entry) => {
    const [name = "", lots = "1"] = entry.split(":");
    return { name, lotsPerCoin: BigInt(lots) };
  });
}

/** Everything that turns columns, lots and prices of one venue into words. */
export interface Instruments {
  readonly underlyings: readonly Underlying[];
  name(column: Pick<Column, "column" | "kind" | "underlying" | "option">): string;
  /** Lots of a column as coins. */
  coins(column: number, lots: bigint): string;
  /** A price of docs/rules.md (1e-6 quote per lot, scale 2^24) as quote per coin. */
  price(column: number, price: bigint): string;
}

const PRICE_UNIT = (1n << 24n) * 1_000_000n;
const MOST_DECIMALS = 8;
const zeros = (n: bigint): number => Math.min(`${n}`.length - 1, MOST_DECIMALS);

/** The words of a venue with these underlyings. */
export function makeInstruments(underlyings: readonly Underlying[]): Instruments {
  const of = (column: number): Underlying => underlyings[underlyingOf(column)] ?? { name: "", lotsPerCoin: 1n };
  const price = (column: number, value: bigint): string => {
    const top = value * of(column).lotsPerCoin;
    return decimal(top, PRICE_UNIT, top === 0n || top >= PRICE_UNIT ? 2 : 4);
  };
  return {
    underlyings,
    price,
    coins: (column, lots) => decimal(lots, of(column).lotsPerCoin, zeros(of(column).lotsPerCoin)),
    name: ({ column, kind, option }) => {
      const { name } = of(column);
      if (option === undefined) return kind === "perpetual" ? `${name} perpetual` : name;
      return `${name} ${option.call ? "call" : "put"} ${price(column, option.strike).replace(/\.00$/, "")}`;
    },
  };
}
