// Refusals: what the rules say no to. A refusal is data, returned and never thrown; its code is stable.

/** Every refusal code with the rule of docs/rules.md that it enforces. */
export const REFUSALS = {
  // section 4, the price report
  REPORT_OUT_OF_RANGE: "section 4: all words of a report are in range",
  REPORT_UNSIGNED: "section 4: two different committee members sign, in rising key order",
  REPORT_STALE: "section 4: time never runs backwards",
  REPORT_CONFLICT: "section 4: at equal time the report must be the same one",
  FUNDING_TOO_FAST: "section 4: funding grows at most at the capped rate",
  SQUARED_RETURN_FALLS: "section 4: the squared return integral never falls",
  // fields, names and authority
  FIELD_OUT_OF_RANGE: "section 1: every field is in its width",
  AMOUNT_OUT_OF_RANGE: "section 1: amounts are in [1, 2^60) quote units or [1, 2^46) lots",
  INSTRUMENT_INVALID: "section 7: the instrument must exist and be allowed for the kind",
  CHAIN_INVALID: "section 1: the chain must be one of those in use",
  ACCOUNT_UNKNOWN: "section 7: the account must exist and its index be below 4^nLevels",
  ACCOUNT_SAME: "section 7: A and B are different",
  OWNER_MISMATCH: "section 7: a deposit names the owner and the exit address of an existing account",
  SIGNATURE_INVALID: "section 3: the signer's EdDSA signature over the message",
  NONCE_MISMATCH: "section 3: the sequence is the signer's nonce",
  EXPIRED: "section 8: time is at most the expiry",
  // balances
  BALANCE_TOO_SMALL: "section 7: spot sizes are never negative",
  CUSTODY_TOO_SMALL: "section 7: a chain pays only what its custody holds",
  OVERFLOW: "section 1: cash, sizes, funds, custody and counts keep their width",
  // orders
  ORDER_EXPIRED: "section 7, trade: time is at most the order's expiry",
  ORDER_CANCELLED: "section 7, trade: the order id is at least minOrderId",
  ORDER_REPLAYED: "section 7, trade: the lane holds no larger id",
  ORDER_OVERFILLED: "section 7, trade: fills never exceed the order's size",
  LIMIT_VIOLATED: "section 7, trade: the price keeps both limits",
  FEE_TOO_HIGH: "section 7, trade: the fee keeps its share of the order's largest fee",
  FEES_NEGATIVE: "section 7, trade: the fees of a trade do not sum below zero",
  REDUCE_ONLY_VIOLATED: "section 7, trade: a reduce-only order neither grows nor turns the size",
  INSTRUMENT_EXPIRED: "section 7, trade: an option trades only before its expiry",
  OPEN_INTEREST_CAP: "section 7, trade: open interest stays at most at its cap, or does not grow",
  MIN_ORDER_ID_NOT_RAISED: "section 7, cancel: the smallest live id rises",
  // risk
  MARGIN_TOO_LOW: "section 7, pass rule: healthy or not riskier",
  EXPOSURE_TOO_LARGE: "section 7, pass rule: exposure below 2^60",
  MARGIN_OUT_OF_RANGE: "section 6: worst losses and their distances are below 2^72",
  // liquidation
  NOT_LIQUIDATABLE: "section 8: the victim is strictly below maintenance",
  SLICE_EMPTY: "section 8: a part of an account that is taken is not empty",
  FRACTION_NOT_ALLOWED: "section 8: quarters are 1, 2 or 4, all only when deep below or dust",
  INSURANCE_TOO_SMALL: "section 8: insurance holds the top-up",
  REWARD_TOO_SMALL: "section 8: the reward reaches the liquidator's least reward",
  // section 9
  BATCH_FULL: "section 9: at most nTx transitions and nAccounts distinct accounts",
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** Why a transition or a report was refused. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly expected: string;
  readonly got: string;
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

/** A value, or the refusal that prevented it. */
export type Result<T> = { readonly ok: true; readonly value: T } | Refused;

export const accepted = <T>(value: T): Result<T> => ({ ok: true, value });

export const refused = (code: RefusalCode, expected: string, got: unknown): Refused => ({
  ok: false,
  refusal: { code, expected, got: `${got}` },
});
