// Trade: docs/rules.md section 7. Two signed orders meet: A buys, B sells `amount` lots of a column at `price` (scale 2^24).
import { addCash, addSize } from "../account.js";
import { signatureRefusal } from "../authorise.js";
import { BITS, isOption, isPerpetual, M, PRICE_SHIFT, U } from "../constants.js";
import { capRefusal, openInterestAfter } from "../open-interest.js";
import { fillLane, orderRefusal, sizeRefusal } from "../order-rules.js";
import { passRefusal } from "../pass-rule.js";
import { fits, fitsSigned } from "../range.js";
import { accepted, type Refused, type Result, refused } from "../refusal.js";
import { openPair, type Pair } from "../touch.js";
import type { Account, Trade } from "../types.js";
import { type Applied, moved, type World, withAccount, withMarkets } from "../world.js";

export function trade(world: World, t: Trade): Applied {
  const bad = fieldRefusal(t) ?? expiryRefusal(world, t);
  if (bad !== undefined) return bad;
  const opened = openPair(world, t.buyer, t.seller);
  if (!opened.ok) return opened;
  const { a, b } = opened.value;
  const dead = orderRefusal(world, t, 0, a) ?? orderRefusal(world, t, 1, b);
  if (dead !== undefined) return dead;
  const forged =
    signatureRefusal(world, t, "a", a.owner, t.buyOrder.signature) ?? signatureRefusal(world, t, "b", b.owner, t.sellOrder.signature);
  return forged ?? settle(opened.value, t);
}

function fieldRefusal(t: Trade): Refused | undefined {
  if (!(Number.isInteger(t.instrument) && t.instrument >= 0 && t.instrument < M)) {
    return refused("INSTRUMENT_INVALID", `a column below ${M}`, t.instrument);
  }
  if (t.amount < 1n || !fits(t.amount, BITS.lots)) return refused("AMOUNT_OUT_OF_RANGE", `[1, 2^${BITS.lots}) lots`, t.amount);
  if (!fits(t.price, BITS.price)) return refused("FIELD_OUT_OF_RANGE", `a price in [0, 2^${BITS.price})`, t.price);
  for (const fee of [t.buyerFee, t.sellerFee]) {
    if (!fitsSigned(fee, BITS.fee)) return refused("FIELD_OUT_OF_RANGE", `a fee in signed ${BITS.fee} bits`, fee);
  }
  const fees = t.buyerFee + t.sellerFee;
  return fees >= 0n ? undefined : refused("FEES_NEGATIVE", "at least 0", fees);
}

function expiryRefusal(world: World, t: Trade): Refused | undefined {
  if (!isOption(t.instrument)) return undefined;
  const expiry = world.header.markets.config.optionExpiry[t.instrument - 2 * U] ?? 0n;
  return world.prices.time < expiry ? undefined : refused("INSTRUMENT_EXPIRED", `before ${expiry}`, world.prices.time);
}

/** What the buyer pays the seller, 1e-6 quote: against the mark for perpetuals, whose cash moves with the index. */
export function payment(world: World, t: Trade): bigint {
  const ref = isPerpetual(t.instrument) ? (world.prices.perpMark[t.instrument - U] ?? 0n) : 0n;
  return (t.amount * (t.price - ref)) >> PRICE_SHIFT; // floor: for both, the sum is kept
}

/** One side after its fill: lots, cash and lane. */
function filled(t: Trade, account: Account, side: 0 | 1, pay: bigint): Result<Account> {
  const buys = side === 0;
  const sized = addSize(account, t.instrument, buys ? t.amount : -t.amount);
  if (!sized.ok) return sized;
  const paid = addCash(sized.value, buys ? -pay - t.buyerFee : pay - t.sellerFee);
  return paid.ok ? accepted(fillLane(paid.value, buys ? t.buyOrder : t.sellOrder, t.amount)) : paid;
}

function settle({ world, a, b }: Pair, t: Trade): Applied {
  const pay = payment(world, t);
  const buyer = filled(t, a, 0, pay);
  if (!buyer.ok) return buyer;
  const seller = filled(t, b, 1, pay);
  if (!seller.ok) return seller;
  const { markets } = world.header;
  const openInterest = openInterestAfter(markets.openInterest, [a, b], [buyer.value, seller.value]);
  if (!openInterest.ok) return openInterest;
  const fees = markets.fees + t.buyerFee + t.sellerFee;
  if (!fitsSigned(fees, BITS.cash)) return refused("OVERFLOW", `fees in signed ${BITS.cash} bits`, fees);
  const bad =
    sizeRefusal(t.buyOrder, t.instrument, a, buyer.value) ??
    sizeRefusal(t.sellOrder, t.instrument, b, seller.value) ??
    capRefusal(markets.config.openInterestCap, markets.openInterest, openInterest.value, t.instrument) ??
    passRefusal(world, a, buyer.value, t.instrument) ??
    passRefusal(world, b, seller.value, t.instrument);
  if (bad !== undefined) return bad;
  const traded = withAccount(withAccount(world, t.buyer, buyer.value), t.seller, seller.value);
  return moved(withMarkets(traded, { fees, openInterest: openInterest.value }));
}
