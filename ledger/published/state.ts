// states/ROOT.json: a state root opened, with the prices of its last report.
import * as z from "zod/mini";
import { signed, unsigned, Word } from "../../core/publication/numbers.js";
import { BITS, K, SCENARIOS, U } from "../constants.js";
import { HeaderJson } from "./header.js";

const price = unsigned(BITS.price);

/** A price report without its signatures: the preimage of priceHash. */
export const PricesJson = z.strictObject({
  time: unsigned(BITS.time),
  index: z.array(price).check(z.length(U)),
  perpMark: z.array(price).check(z.length(U)),
  optionMark: z.array(price).check(z.length(K)),
  fundingIntegral: z.array(signed(BITS.index)).check(z.length(U)),
  squaredReturnIntegral: z.array(Word).check(z.length(U)),
  scenario: z.array(z.array(unsigned(BITS.riskPrice)).check(z.length(SCENARIOS))).check(z.length(K)),
});

export const StateFile = z.strictObject({
  format: z.literal("zkstate state 1"),
  header: HeaderJson,
  /** None at the genesis. */
  prices: z.nullable(PricesJson),
});
export type StateFile = z.output<typeof StateFile>;
