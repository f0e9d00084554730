// A state's header as JSON, in both directions, for browsers as well: the preimage of a state root (docs/rules.md section 2).
import * as z from "zod/mini";
import { signed, unsigned, Word } from "../../core/publication/numbers.js";
import { BITS, CHAINS, COMMITTEE, K, M, U } from "../constants.js";

const list = <T extends z.core.SomeType>(item: T, length: number) => z.array(item).check(z.length(length));

export const PublicKeyJson = z.strictObject({ ax: Word, ay: Word });

const ConfigJson = z.strictObject({
  haircut: list(Word, U),
  shock: list(Word, U),
  fundingCap: list(Word, U),
  initialFactor: Word,
  discountRate: Word,
  discountShare: Word,
  bounty: Word,
  dustEquity: Word,
  phi: list(Word, M),
  openInterestCap: list(Word, M - U),
  optionExpiry: list(Word, K),
  shockMultiplier: list(Word, U),
  varianceHorizon: list(Word, U),
  varianceTau: list(Word, U),
  breakerBand: list(Word, U),
  breakerSeconds: list(Word, U),
  interestRate: Word,
  optionCall: list(z.boolean(), K),
  optionStrike: list(Word, K),
});

const MarketsJson = z.strictObject({
  priceHash: Word,
  fundingIntegral: list(signed(BITS.index), U),
  squaredReturnIntegral: list(Word, U),
  variance: list(Word, U),
  breakerUntil: list(Word, U),
  interestIndex: Word,
  totalBorrow: Word,
  settlementValue: list(Word, K),
  openInterest: list(Word, M - U),
  insurance: signed(BITS.cash),
  fees: signed(BITS.cash),
  perpetualPool: signed(BITS.cash),
  config: ConfigJson,
  committee: list(PublicKeyJson, COMMITTEE),
  governance: list(PublicKeyJson, COMMITTEE),
});

const ChainJson = z.strictObject({
  contract: Word,
  custody: list(Word, 1 + U),
  depositHead: Word,
  withdrawalHead: Word,
  depositCount: unsigned(64), // these two share a word
  withdrawalCount: unsigned(64),
});

/** Decodes to a Header of ledger/types.ts. */
export const HeaderJson = z.strictObject({
  accountsRoot: Word,
  markets: MarketsJson,
  chains: list(ChainJson, CHAINS),
  meta: z.strictObject({ ledgerId: Word, batchNumber: Word, timestamp: Word, historyHash: Word }),
});
