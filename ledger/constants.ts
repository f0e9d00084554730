// The numbers of docs/rules.md section 1. circuits/constants.circom is generated from this file.

/** Underlyings; also the number of spot and of perpetual columns. */
export const U = 2;
/** Option columns; option k belongs to underlying floor(k * U / K). */
export const K = 8;
/** Columns: spot 0..U-1, perpetuals U..2U-1, options 2U..M-1. */
export const M = 2 * U + K;
/** Instrument code of cash in deposit, withdraw and transfer. */
export const QUOTE = 2 * U + K;
/** Moves of the underlying in percent; scenario 2 * i + v is move i with volatility up (v = 0) or down (v = 1). */
export const MOVES = [0, 8, -8, 16, -16, 32, -32] as const;
export const SCENARIOS = 2 * MOVES.length;
export const CHAINS = 2;
export const MAX_CHAINS = 4;
export const COMMITTEE = 3;
export const QUORUM = 2;
export const LANES = 64;
export const LANE_GROUPS = 8;

export const KIND = {
  noop: 0,
  deposit: 1,
  withdraw: 2,
  transfer: 3,
  trade: 4,
  liquidate: 5,
  deleverage: 6,
  settle: 7,
  cancel: 8,
  setKey: 9,
  forcedWithdrawal: 10,
  config: 11,
} as const;

/** Message tag of a price report; a user's message of kind k has tag USER_TAG + k. */
export const REPORT_TAG = 1n;
export const USER_TAG = 32;

/** Bit widths, docs/rules.md section 1. */
export const BITS = {
  cash: 96,
  quoteAmount: 60,
  lots: 46,
  size: 48,
  price: 56,
  riskPrice: 40,
  index: 88,
  time: 40,
  openInterest: 64,
  custodyQuote: 95,
  custodyLots: 64,
  nonce: 40,
  orderId: 48,
  orderSize: 47,
  fee: 61,
  maxFee: 60,
  worst: 72,
  exposure: 60,
} as const;

/** Scale of prices: (1e-6 quote per lot) * 2^24. */
export const PRICE_SHIFT = 24n;
/** Scale of cumulative indices: 2^48. */
export const INDEX_SHIFT = 48n;
/** Risk prices are prices shifted right by this, scale 2^8. */
export const RISK_SHIFT = 16n;
/** Maintenance margin has scale 2^8 times this. */
export const MARGIN_SCALE = 10_000n;

/** The underlying of a column. */
export const underlyingOf = (column: number): number => (column < 2 * U ? column % U : Math.floor(((column - 2 * U) * U) / K));
export const isSpot = (column: number): boolean => column < U;
export const isPerpetual = (column: number): boolean => column >= U && column < 2 * U;
export const isOption = (column: number): boolean => column >= 2 * U && column < M;
