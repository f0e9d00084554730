// What simulated people sign. Every function returns a complete transition, signed with real Baby Jubjub keys.
import type { SigningKey } from "../core/eddsa.js";
import { QUOTE } from "../ledger/constants.js";
import {
  cancelMessage,
  liquidateMessage,
  orderMessage,
  type Side,
  setKeyMessage,
  transferMessage,
  withdrawMessage,
} from "../ledger/messages.js";
import type { Cancel, Deposit, Liquidate, Order, SetKey, Trade, Transfer, Withdraw } from "../ledger/types.js";

/** Someone who holds an account. Order ids count up from 1, so lanes are taken over in turn. */
export interface Person {
  readonly name: string;
  readonly account: number;
  key: SigningKey;
  /** The key that replaces the current one at a nonce. */
  readonly makeKey: (nonce: bigint) => SigningKey;
  readonly exitAddress: bigint;
  nextOrderId: bigint;
}

export interface Amount {
  readonly instrument: number;
  readonly amount: bigint;
}

export const cash = (amount: bigint): Amount => ({ instrument: QUOTE, amount });

export function deposit(to: Person, chain: number, { instrument, amount }: Amount): Deposit {
  return { kind: "deposit", account: to.account, chain, instrument, amount, owner: to.key.publicKey, exitAddress: to.exitAddress };
}

export function withdraw(ledgerId: bigint, from: Person, nonce: bigint, chain: number, what: Amount): Withdraw {
  const body = { account: from.account, chain, ...what, recipient: from.exitAddress, nonce };
  return { kind: "withdraw", ...body, signature: from.key.sign(withdrawMessage(ledgerId, body)) };
}

export function transfer(ledgerId: bigint, from: Person, nonce: bigint, to: number, what: Amount): Transfer {
  const body = { from: from.account, to, ...what, nonce };
  return { kind: "transfer", ...body, signature: from.key.sign(transferMessage(ledgerId, body)) };
}

export function cancel(ledgerId: bigint, from: Person, nonce: bigint, newMinOrderId: bigint): Cancel {
  const body = { account: from.account, newMinOrderId, nonce };
  return { kind: "cancel", ...body, signature: from.key.sign(cancelMessage(ledgerId, body)) };
}

export function setKey(ledgerId: bigint, from: Person, nonce: bigint, newKey: SigningKey): SetKey {
  const body = { account: from.account, newOwner: newKey.publicKey, nonce };
  const message = setKeyMessage(ledgerId, body);
  return { kind: "setKey", ...body, signature: from.key.sign(message), newSignature: newKey.sign(message) };
}

export function liquidate(
  ledgerId: bigint,
  liquidator: Person,
  nonce: bigint,
  victim: number,
  fraction: number,
  leastReward: bigint,
  expiry: bigint,
): Liquidate {
  const body = { victim, liquidator: liquidator.account, fraction, leastReward, expiry, nonce };
  return { kind: "liquidate", ...body, signature: liquidator.key.sign(liquidateMessage(ledgerId, body)) };
}

/** One side's terms; the defaults make an order for exactly this trade. */
export interface Terms {
  readonly limitPrice: bigint;
  readonly orderSize: bigint;
  readonly maxFee: bigint;
  readonly expiry: bigint;
  readonly reduceOnly?: boolean;
  readonly orderId?: bigint;
}

export function order(ledgerId: bigint, owner: Person, instrument: number, side: Side, terms: Terms): Order {
  const { orderId = owner.nextOrderId++, reduceOnly = false, limitPrice, orderSize, maxFee, expiry } = terms;
  const words = { orderId, orderSize, limitPrice, maxFee, expiry, reduceOnly };
  return { ...words, signature: owner.key.sign(orderMessage(ledgerId, { ...words, account: owner.account, instrument, side })) };
}

export interface Deal {
  readonly buyer: Person;
  readonly seller: Person;
  readonly instrument: number;
  readonly amount: bigint;
  readonly price: bigint;
  readonly buyerFee: bigint;
  readonly sellerFee: bigint;
  readonly expiry: bigint;
}

const atLeastZero = (x: bigint): bigint => (x > 0n ? x : 0n);

/** A trade for which both sides sign an order of exactly this size, price and fee, unless terms say otherwise. */
export function trade(ledgerId: bigint, deal: Deal, terms: { buy?: Partial<Terms>; sell?: Partial<Terms> } = {}): Trade {
  const { buyer, seller, instrument, amount, price, buyerFee, sellerFee, expiry } = deal;
  const exact = { limitPrice: price, orderSize: amount, expiry };
  const buyOrder = order(ledgerId, buyer, instrument, 0, { ...exact, maxFee: atLeastZero(buyerFee), ...terms.buy });
  const sellOrder = order(ledgerId, seller, instrument, 1, { ...exact, maxFee: atLeastZero(sellerFee), ...terms.sell });
  return {
    kind: "trade",
    buyer: buyer.account,
    seller: seller.account,
    instrument,
    amount,
    price,
    buyerFee,
    sellerFee,
    buyOrder,
    sellOrder,
  };
}
