// Equity, scenario losses, maintenance and the comparisons: docs/rules.md section 6. All integers, all comparisons exact.
import { BITS, isOption, isPerpetual, K, M, MARGIN_SCALE, MOVES, PRICE_SHIFT, SCENARIOS, U, underlyingOf } from "./constants.js";
import type { Prices } from "./prices.js";
import { maxOf, minOf } from "./range.js";
import type { Account, Config } from "./types.js";

type Sizes = readonly bigint[];

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);
const OPTIONS_EACH = K / U;
const MOVE_OF: readonly bigint[] = Array.from({ length: SCENARIOS }, (_, j) => BigInt(MOVES[j >> 1] ?? 0));
const UNDERLYING_OF: readonly number[] = Array.from({ length: M }, (_, i) => underlyingOf(i));

/** e, scale 2^24 of 1e-6 quote: cash, spot less haircut, options at mark. */
export function equity(prices: Prices, account: Pick<Account, "cash" | "sizes">): bigint {
  let e = account.cash << PRICE_SHIFT;
  for (let u = 0; u < U; u++) e += (account.sizes[u] ?? 0n) * (prices.collateralPrice[u] ?? 0n);
  for (let k = 0; k < K; k++) e += (account.sizes[2 * U + k] ?? 0n) * (prices.optionMark[k] ?? 0n);
  return e;
}

/** f, scale 2^24: equity without the haircut, what the account is worth at fair value. */
export function fairEquity(prices: Prices, account: Pick<Account, "cash" | "sizes">): bigint {
  let f = equity(prices, account);
  for (let u = 0; u < U; u++) f += (account.sizes[u] ?? 0n) * ((prices.index[u] ?? 0n) - (prices.collateralPrice[u] ?? 0n));
  return f;
}

/** linear_u: value of the spot and the perpetual column, scale 2^8. */
const linear = (prices: Prices, sizes: Sizes, u: number): bigint =>
  (sizes[u] ?? 0n) * (prices.ref[u] ?? 0n) + (sizes[U + u] ?? 0n) * (prices.ref[U + u] ?? 0n);

/** loss_uj for all scenarios j, scale 2^8 * 100; 0 where the move is above the configured shock. */
function scenarioLosses(prices: Prices, shock: bigint, sizes: Sizes, u: number): bigint[] {
  const value = linear(prices, sizes, u);
  const losses = MOVE_OF.map((move) => (magnitude(move) > shock ? 0n : -move * value));
  for (let k = u * OPTIONS_EACH; k < (u + 1) * OPTIONS_EACH; k++) {
    const size = (sizes[2 * U + k] ?? 0n) * 100n;
    if (size === 0n) continue;
    const ref = prices.ref[2 * U + k] ?? 0n;
    const values = prices.scenario[k] ?? [];
    for (let j = 0; j < SCENARIOS; j++) {
      if (magnitude(MOVE_OF[j] ?? 0n) <= shock) losses[j] = (losses[j] ?? 0n) + size * (ref - (values[j] ?? 0n));
    }
  }
  return losses;
}

/** tail_i, scale 2^8 * 1e4: short options count at the underlying's price. */
function tail(prices: Prices, phi: bigint, column: number, size: bigint): bigint {
  const short = isOption(column) && size < 0n;
  const price = short ? prices.under[UNDERLYING_OF[column] ?? 0] : prices.ref[column];
  return phi * magnitude(size) * (price ?? 0n);
}

/** Maintenance (scale 2^8 * 1e4), exposure (scale 2^8), and whether the losses keep their bounds. */
export interface Requirement {
  readonly maintenance: bigint;
  readonly exposure: bigint;
  readonly inRange: boolean;
}

const WORST_LIMIT = 1n << BigInt(BITS.worst);

/** m, exposure and the bounds of a portfolio. */
export function requirement(prices: Prices, config: Config, sizes: Sizes): Requirement {
  let maintenance = 0n;
  let exposure = 0n;
  let inRange = true;
  for (let u = 0; u < U; u++) {
    const losses = scenarioLosses(prices, config.shock[u] ?? 0n, sizes, u);
    const worst = losses.reduce(maxOf, 0n);
    const least = losses.reduce(minOf, 0n);
    inRange &&= worst < WORST_LIMIT && worst - least < WORST_LIMIT;
    maintenance += 100n * worst;
  }
  for (let i = 0; i < M; i++) {
    const size = sizes[i] ?? 0n;
    if (size === 0n) continue;
    maintenance += tail(prices, config.phi[i] ?? 0n, i, size);
    exposure += (prices.under[UNDERLYING_OF[i] ?? 0] ?? 0n) * magnitude(size);
  }
  return { maintenance, exposure, inRange };
}

/** Below maintenance, strictly: e * 1e4 < m * 2^16 (121 + 14 bits against 112 + 16). */
export const belowMaintenance = (e: bigint, m: bigint): boolean => e * MARGIN_SCALE < m << 16n;

/** Healthy: e * 1e4 * 2^8 >= initialFactor * m * 2^16. */
export const healthy = (initialFactor: bigint, e: bigint, m: bigint): boolean => (e * MARGIN_SCALE) << 8n >= (initialFactor * m) << 16n;

/** Not riskier than before (f0, m0), but for the traded column; by fair equity, or the haircut could be sold to a friend. */
export const notRiskier = (f0: bigint, m0: bigint, f: bigint, m: bigint): boolean =>
  m <= m0 && (f >= f0 || (f >= 0n && f * (m0 + 1n) >= f0 * (m + 1n))); // 121 + 107 bits

/** The size grew in magnitude or changed sign. */
export const grewOrTurned = (before: bigint, after: bigint): boolean => magnitude(after) > magnitude(before) || before * after < 0n;

/** The traded column may stay in a not-riskier account: spot always, the others when they neither grew nor turned. */
export const columnShrinks = (column: number, before: Sizes, after: Sizes): boolean =>
  !(isPerpetual(column) || isOption(column)) || !grewOrTurned(before[column] ?? 0n, after[column] ?? 0n);
