// The terms of a liquidation: docs/rules.md section 8. A vertical slice of the whole portfolio at fair value.
import { K, MARGIN_SCALE, PRICE_SHIFT, U } from "./constants.js";
import type { Prices } from "./prices.js";
import { maxOf, minOf } from "./range.js";
import type { Account, Config } from "./types.js";

/** Amounts in 1e-6 quote; the slice in lots, signed like the victim's sizes. */
export interface Terms {
  readonly slice: readonly bigint[];
  /** From the liquidator to the victim, for spot and options. */
  readonly pay: bigint;
  readonly discount: bigint;
  /** dB: the liquidator's share of the discount. */
  readonly toLiquidator: bigint;
  /** dI: the insurance's share. */
  readonly toInsurance: bigint;
  /** From the insurance to a victim with negative fair equity. */
  readonly topUp: bigint;
  /** From the insurance to the liquidator of such a victim. */
  readonly bounty: bigint;
}

/** t_i: the part of every column that moves, rounded away from zero: what moves is never less than what is charged for. */
export const sliceOf = (sizes: readonly bigint[], fraction: bigint): bigint[] =>
  sizes.map((size) => (size < 0n ? (fraction * size) >> 2n : -((-fraction * size) >> 2n)));

/** Fair value of a slice's spot (at index) and options (at mark). */
function sliceValue(prices: Prices, slice: readonly bigint[]): bigint {
  let value = 0n;
  for (let u = 0; u < U; u++) value += (slice[u] ?? 0n) * (prices.index[u] ?? 0n);
  for (let k = 0; k < K; k++) value += (slice[2 * U + k] ?? 0n) * (prices.optionMark[k] ?? 0n);
  return -(-value >> PRICE_SHIFT); // ceil: the victim is not shaved
}

/** discountRate of a shortfall's slice; the shortfall at scale 2^24 * 1e4, not negative. */
const byRate = (config: Config, shortfall: bigint, fraction: bigint): bigint =>
  (config.discountRate * fraction * shortfall) / (MARGIN_SCALE << 42n); // floor

/** d: a share of the shortfall, never more than the slice's fair equity. e, f at scale 2^24, m at 2^8 * 1e4. */
const discountOf = (config: Config, e: bigint, f: bigint, m: bigint, fraction: bigint): bigint =>
  minOf(byRate(config, (m << 16n) - e * MARGIN_SCALE, fraction), maxOf(0n, (fraction * f) >> 26n));

/** The bounty for an account that is worth less than nothing: never more than the discount its margin alone would give, nor the top-up. */
const bountyOf = (config: Config, m: bigint, fraction: bigint, topUp: bigint, left: bigint): bigint =>
  maxOf(0n, [byRate(config, m << 16n, fraction), topUp, left].reduce(minOf, (config.bounty * fraction) / 4n));

/** Everything that a liquidation moves; m > e at equal scales is required. */
export function liquidationTerms(
  prices: Prices,
  config: Config,
  insurance: bigint,
  victim: Pick<Account, "sizes">,
  e: bigint,
  f: bigint,
  m: bigint,
  quarters: number,
): Terms {
  const fraction = BigInt(quarters);
  const slice = sliceOf(victim.sizes, fraction);
  const discount = discountOf(config, e, f, m, fraction);
  const toLiquidator = (config.discountShare * discount) >> 16n; // floor: insurance keeps the rest
  const topUp = f < 0n ? -((fraction * f) >> 26n) : 0n; // ceil: the victim's part of the slice ends at zero or above
  return {
    slice,
    pay: sliceValue(prices, slice),
    discount,
    toLiquidator,
    toInsurance: discount - toLiquidator,
    topUp,
    bounty: f < 0n ? bountyOf(config, m, fraction, topUp, insurance - topUp) : 0n,
  };
}

/** The whole account may go only when it is deep below maintenance or dust. */
export function fractionAllowed(config: Config, e: bigint, m: bigint, quarters: number): boolean {
  if (quarters === 1 || quarters === 2) return true;
  return quarters === 4 && (2n * e * MARGIN_SCALE < m << 16n || e < config.dustEquity << PRICE_SHIFT);
}
