// Prices: what a report says, hashed and worked out (docs/rules.md section 4). Free of signatures, so that browsers can open a priceHash.
import { poseidon } from "../core/poseidon.js";
import { BITS, M, PRICE_SHIFT, REPORT_TAG, RISK_SHIFT, U } from "./constants.js";
import type { Config, PriceReport } from "./types.js";

/** What a batch works with: the report's prices and what follows from them. */
export interface Prices {
  readonly time: bigint;
  readonly priceHash: bigint;
  /** By underlying, scale 2^24. */
  readonly index: readonly bigint[];
  readonly perpMark: readonly bigint[];
  /** By option, scale 2^24. */
  readonly optionMark: readonly bigint[];
  /** Index less haircut, by underlying, scale 2^24. */
  readonly collateralPrice: readonly bigint[];
  /** By underlying, scale 2^48. */
  readonly perpIndex: readonly bigint[];
  /** Risk price by column, scale 2^8. */
  readonly ref: readonly bigint[];
  /** Risk price by underlying, scale 2^8. */
  readonly under: readonly bigint[];
  /** By option and scenario, scale 2^8. */
  readonly scenario: readonly (readonly bigint[])[];
}

/** A report without its signatures. */
export type Unsigned = Omit<PriceReport, "signatures">;
const VALUES_PER_WORD = 6;

/** The 36 words of a report, in order; signed words may be negative. */
export function reportWords(r: Unsigned): bigint[] {
  const values = r.scenario.flat();
  const packed: bigint[] = [];
  for (let i = 0; i < values.length; i += VALUES_PER_WORD) {
    packed.push(values.slice(i, i + VALUES_PER_WORD).reduceRight((word, value) => (word << BigInt(BITS.riskPrice)) + value, 0n));
  }
  return [r.time, ...r.index, ...r.perpMark, ...r.optionMark, ...r.fundingIntegral, ...r.squaredReturnIntegral, ...packed];
}

/** The hash that the committee signs. */
export function priceHash(ledgerId: bigint, r: Unsigned): bigint {
  const words = reportWords(r);
  const h0 = poseidon([REPORT_TAG, ledgerId, ...words.slice(0, 14)]);
  const h1 = poseidon([h0, ...words.slice(14, 29)]);
  return poseidon([h1, ...words.slice(29)]);
}

export const perpIndices = (r: Unsigned): bigint[] => r.perpMark.map((mark, u) => (mark << PRICE_SHIFT) - (r.fundingIntegral[u] ?? 0n));

/** What follows from an accepted report. */
export function derivePrices(r: Unsigned, hash: bigint, config: Config): Prices {
  const paid = Array.from({ length: M }, (_, i) => (i < U ? r.index[i] : i < 2 * U ? r.perpMark[i - U] : r.optionMark[i - 2 * U]) ?? 0n);
  return {
    time: r.time,
    priceHash: hash,
    index: r.index,
    perpMark: r.perpMark,
    optionMark: r.optionMark,
    collateralPrice: r.index.map((price, u) => (price * ((1n << 16n) - (config.haircut[u] ?? 0n))) >> 16n), // floor: collateral counts for less
    perpIndex: perpIndices(r),
    ref: paid.map((price) => price >> RISK_SHIFT),
    under: r.index.map((price) => price >> RISK_SHIFT),
    scenario: r.scenario,
  };
}
