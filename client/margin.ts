// What an account is worth and what it must hold, at the head's prices: docs/rules.md sections 5 and 6.
import { accrued } from "../ledger/accrued.js";
import { isOption, isPerpetual, M, MARGIN_SCALE, PRICE_SHIFT, underlyingOf } from "../ledger/constants.js";
import { belowMaintenance, equity, fairEquity, healthy, requirement } from "../ledger/margin.js";
import type { Prices } from "../ledger/prices.js";
import type { Account, Config } from "../ledger/types.js";

/** What an account holds in one column. */
export interface Position {
  readonly column: number;
  readonly kind: "spot" | "perpetual" | "option";
  readonly underlying: number;
  /** Lots, negative when short. */
  readonly size: bigint;
  /** Index of a spot, mark of the others, scale 2^24 of 1e-6 quote per lot. */
  readonly price: bigint;
  /** size * price in 1e-6 quote, rounded down. Of a perpetual it is the notional, which is not part of the equity. */
  readonly value: bigint;
}

/** Amounts in 1e-6 quote: what is owned rounded down, what is required rounded up. Comparisons are made on the exact values. */
export interface AccountMargin {
  /** Cash with the variation margin. */
  readonly cash: bigint;
  /** What the perpetuals have brought since the account's last use. */
  readonly variation: bigint;
  /** With the collateral haircut, and without. */
  readonly equity: bigint;
  readonly fairEquity: bigint;
  /** Equity below this: anybody may liquidate. */
  readonly maintenance: bigint;
  /** Equity below this: no new risk. */
  readonly initial: bigint;
  /** Equity over maintenance; undefined where nothing is required. For display. */
  readonly health: number | undefined;
  readonly state: "healthy" | "restricted" | "liquidatable";
  /** False when a loss is beyond what the rules can compute with. */
  readonly inRange: boolean;
  /** Only columns that are not empty. */
  readonly positions: readonly Position[];
  /** equity and fairEquity at scale 2^24 of 1e-6 quote; maintenance at scale 2^8 * 1e4; exposure at scale 2^8; initialFactor at scale 2^8. */
  readonly exact: {
    readonly equity: bigint;
    readonly fairEquity: bigint;
    readonly maintenance: bigint;
    readonly exposure: bigint;
    readonly initialFactor: bigint;
  };
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b; // of what is never negative
const MAINTENANCE_UNIT = MARGIN_SCALE << 8n;

/** Index, perpetual marks and option marks by column, scale 2^24. */
export const pricesByColumn = ({ index, perpMark, optionMark }: Prices): readonly bigint[] => [...index, ...perpMark, ...optionMark];

const kindOf = (column: number): Position["kind"] => (isOption(column) ? "option" : isPerpetual(column) ? "perpetual" : "spot");

function positionsOf(sizes: readonly bigint[], prices: Prices): Position[] {
  const byColumn = pricesByColumn(prices);
  return sizes.flatMap((size, column) => {
    if (size === 0n) return [];
    const price = byColumn[column] ?? 0n;
    return [{ column, kind: kindOf(column), underlying: underlyingOf(column), size, price, value: (size * price) >> PRICE_SHIFT }];
  });
}

/** Margin of an account that is touched at these prices. */
export function accountMargin(account: Account, prices: Prices, config: Config): AccountMargin {
  const variation = accrued(account, prices.perpIndex);
  const touched = { cash: account.cash + variation, sizes: account.sizes };
  const e = equity(prices, touched);
  const f = fairEquity(prices, touched);
  const { maintenance: m, exposure, inRange } = requirement(prices, config, touched.sizes);
  const { initialFactor } = config;
  const state = belowMaintenance(e, m) ? "liquidatable" : healthy(initialFactor, e, m) ? "healthy" : "restricted";
  return {
    cash: touched.cash,
    variation,
    equity: e >> PRICE_SHIFT,
    fairEquity: f >> PRICE_SHIFT,
    maintenance: ceilDiv(m, MAINTENANCE_UNIT),
    initial: ceilDiv(initialFactor * m, MAINTENANCE_UNIT << 8n),
    health: m === 0n ? undefined : Number((e * MARGIN_SCALE * 1_000n) / (m << 16n)) / 1_000,
    state,
    inRange,
    positions: positionsOf(touched.sizes, prices),
    exact: { equity: e, fairEquity: f, maintenance: m, exposure, initialFactor },
  };
}

/** Columns, for whoever lists them all. */
export const COLUMNS: readonly { readonly column: number; readonly kind: Position["kind"]; readonly underlying: number }[] = Array.from(
  { length: M },
  (_, column) => ({ column, kind: kindOf(column), underlying: underlyingOf(column) }),
);
