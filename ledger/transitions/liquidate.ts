// Liquidate: docs/rules.md section 8. B takes a slice of A, who is below maintenance.
import { addCash, addSize } from "../account.js";
import { authorise } from "../authorise.js";
import { BITS } from "../constants.js";
import { fractionAllowed, liquidationTerms, type Terms } from "../liquidation.js";
import { belowMaintenance, equity, fairEquity } from "../margin.js";
import { openInterestAfter } from "../open-interest.js";
import { boundedRequirement, healthRefusal } from "../pass-rule.js";
import { fits, fitsSigned } from "../range.js";
import { accepted, type Refused, type Result, refused } from "../refusal.js";
import { openPair, type Pair } from "../touch.js";
import type { Account, Liquidate } from "../types.js";
import { type Applied, moved, type World, withAccount, withMarkets } from "../world.js";

export function liquidate(world: World, t: Liquidate): Applied {
  const bad = fieldRefusal(world, t);
  if (bad !== undefined) return bad;
  const opened = openPair(world, t.victim, t.liquidator);
  if (!opened.ok) return opened;
  const { a, b } = opened.value;
  const signed = authorise(world, t, "b", b);
  if (!signed.ok) return signed;
  const terms = termsFor(opened.value.world, t, a);
  return terms.ok ? settle(opened.value, t, signed.value, terms.value) : terms;
}

function fieldRefusal(world: World, t: Liquidate): Refused | undefined {
  if (![1, 2, 4].includes(t.fraction)) return refused("FRACTION_NOT_ALLOWED", "1, 2 or 4 quarters", t.fraction);
  if (!fits(t.leastReward, BITS.quoteAmount))
    return refused("FIELD_OUT_OF_RANGE", `a least reward below 2^${BITS.quoteAmount}`, t.leastReward);
  if (!fits(t.expiry, BITS.time)) return refused("FIELD_OUT_OF_RANGE", `an expiry below 2^${BITS.time}`, t.expiry);
  return world.prices.time <= t.expiry ? undefined : refused("EXPIRED", `time at most ${t.expiry}`, world.prices.time);
}

function termsFor(world: World, t: Liquidate, victim: Account): Result<Terms> {
  const { config, insurance } = world.header.markets;
  const e = equity(world.prices, victim);
  const required = boundedRequirement(world, victim);
  if (!required.ok) return required;
  const { maintenance } = required.value;
  if (!belowMaintenance(e, maintenance)) return refused("NOT_LIQUIDATABLE", `equity * 10000 below ${maintenance << 16n}`, e * 10_000n);
  if (!fractionAllowed(config, e, maintenance, t.fraction)) return refused("FRACTION_NOT_ALLOWED", "1 or 2 quarters", t.fraction);
  const f = fairEquity(world.prices, victim);
  const terms = liquidationTerms(world.prices, config, insurance, victim, e, f, maintenance, t.fraction);
  if (t.fraction !== 4 && terms.slice.every((lots) => lots === 0n)) return refused("SLICE_EMPTY", "a lot of some column", 0n);
  if (terms.topUp > insurance) return refused("INSURANCE_TOO_SMALL", `at least ${terms.topUp}`, insurance);
  const reward = terms.toLiquidator + terms.bounty;
  return reward >= t.leastReward ? accepted(terms) : refused("REWARD_TOO_SMALL", `at least ${t.leastReward}`, reward);
}

/** An account with a slice added (sign 1) or removed (sign -1), and cash moved. */
function moveSlice(account: Account, slice: readonly bigint[], sign: bigint, cash: bigint): Result<Account> {
  let result = addCash(account, cash);
  for (const [column, lots] of slice.entries()) {
    if (!result.ok) return result;
    if (lots !== 0n) result = addSize(result.value, column, sign * lots);
  }
  return result;
}

function settle({ world, a, b }: Pair, t: Liquidate, signer: Account, terms: Terms): Applied {
  const { pay, discount, topUp, bounty, toLiquidator, toInsurance } = terms;
  const victim = moveSlice(a, terms.slice, -1n, pay - discount + topUp);
  if (!victim.ok) return victim;
  const liquidator = moveSlice(signer, terms.slice, 1n, toLiquidator + bounty - pay);
  if (!liquidator.ok) return liquidator;
  const { markets } = world.header;
  const openInterest = openInterestAfter(markets.openInterest, [a, b], [victim.value, liquidator.value]);
  if (!openInterest.ok) return openInterest;
  const insurance = markets.insurance + toInsurance - topUp - bounty;
  if (!fitsSigned(insurance, BITS.cash)) return refused("OVERFLOW", `insurance in signed ${BITS.cash} bits`, insurance);
  const fails = healthRefusal(world, liquidator.value);
  if (fails !== undefined) return fails;
  const sold = withAccount(withAccount(world, t.victim, victim.value), t.liquidator, liquidator.value);
  return moved(withMarkets(sold, { insurance, openInterest: openInterest.value }));
}
