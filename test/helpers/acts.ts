// What users sign, written out from docs/rules.md section 3 without the widths that ledger/messages.ts keeps: a field may hold anything, and the
// signature is still good. Account i belongs to userKey(i). A, B and their defaults are those of scene.ts.
import type { SigningKey } from "../../core/eddsa.js";
import { poseidon } from "../../core/poseidon.js";
import { KIND, QUOTE } from "../../ledger/constants.js";
import type { Cancel, Deposit, Liquidate, Order, SetKey, Trade, Transfer, Transition, Withdraw } from "../../ledger/types.js";
import { BTC_PERP, exitOf, LAST_TIME, markOf, quote, userKey, type Venue } from "./ledger-fixtures.js";
import { mod } from "./r1cs.js";
import { A, B } from "./scene.js";

const NONE = { r8x: 0n, r8y: 0n, s: 0n };

function message(venue: Venue, kind: keyof typeof KIND, account: number, sequence: bigint, body0: bigint, body1 = 0n): bigint {
  const header = BigInt(32 + KIND[kind]) + (BigInt(account) << 8n) + (sequence << 40n);
  return poseidon([header, venue.ledgerId, body0, body1].map(mod));
}

function orderMessage(venue: Venue, t: Trade, side: 0 | 1): bigint {
  const o = side === 0 ? t.buyOrder : t.sellOrder;
  const flags = BigInt(t.instrument) + (BigInt(side) << 4n) + ((o.reduceOnly ? 1n : 0n) << 5n);
  const body = flags + (o.expiry << 6n) + (o.orderSize << 54n) + (o.limitPrice << 102n) + (o.maxFee << 160n);
  return message(venue, "trade", side === 0 ? t.buyer : t.seller, o.orderId, body);
}

/** The messages of sides A and B; 0 where there is none. */
function messages(venue: Venue, t: Transition): readonly [bigint, bigint] {
  switch (t.kind) {
    case "withdraw": {
      const body = BigInt(t.instrument) + (BigInt(t.chain) << 4n) + (t.amount << 8n);
      return [message(venue, t.kind, t.account, t.nonce, body, t.recipient), 0n];
    }
    case "transfer":
      return [message(venue, t.kind, t.from, t.nonce, BigInt(t.instrument) + (BigInt(t.to) << 4n) + (t.amount << 40n)), 0n];
    case "trade":
      return [orderMessage(venue, t, 0), orderMessage(venue, t, 1)];
    case "liquidate": {
      const body = BigInt(t.victim) + (BigInt(t.fraction) << 32n) + (t.leastReward << 35n) + (t.expiry << 96n);
      return [0n, message(venue, t.kind, t.liquidator, t.nonce, body)];
    }
    case "cancel":
      return [message(venue, t.kind, t.account, t.nonce, t.newMinOrderId), 0n];
    case "setKey": {
      const both = message(venue, t.kind, t.account, t.nonce, t.newOwner.ax, t.newOwner.ay);
      return [both, both];
    }
    default:
      return [0n, 0n];
  }
}

export interface Keys {
  readonly a?: SigningKey;
  readonly b?: SigningKey;
}

/** The transition with good signatures over whatever it says; by other keys where given. */
export function signed<T extends Transition>(venue: Venue, t: T, keys: Keys = {}): T {
  const [a, b] = messages(venue, t);
  const by = (key: SigningKey | undefined, index: number, message: bigint) => (key ?? userKey(index)).sign(message);
  const sign = (u: Transition): Transition => {
    switch (u.kind) {
      case "withdraw":
      case "cancel":
        return { ...u, signature: by(keys.a, u.account, a) };
      case "transfer":
        return { ...u, signature: by(keys.a, u.from, a) };
      case "liquidate":
        return { ...u, signature: by(keys.b, u.liquidator, b) };
      case "setKey":
        return { ...u, signature: by(keys.a, u.account, a), newSignature: by(keys.b, 900, b) };
      case "trade": {
        const buyOrder = { ...u.buyOrder, signature: by(keys.a, u.buyer, a) };
        return { ...u, buyOrder, sellOrder: { ...u.sellOrder, signature: by(keys.b, u.seller, b) } };
      }
      default:
        return u;
    }
  };
  return sign(t) as T;
}

const nonceOf = (venue: Venue, index: number): bigint => venue.state.account(index)?.nonce ?? 0n;

/** A withdraws 10 quote from chain 0. */
export const withdraw = (venue: Venue, over: Partial<Withdraw> = {}, keys?: Keys): Withdraw => {
  const nonce = nonceOf(venue, over.account ?? A);
  const base = { account: A, chain: 0, instrument: QUOTE, amount: quote(10), recipient: 0xabcn, nonce, signature: NONE };
  return signed(venue, { kind: "withdraw", ...base, ...over }, keys);
};

/** A pays B 10 quote. */
export const transfer = (venue: Venue, over: Partial<Transfer> = {}, keys?: Keys): Transfer => {
  const nonce = nonceOf(venue, over.from ?? A);
  return signed(venue, { kind: "transfer", from: A, to: B, instrument: QUOTE, amount: quote(10), nonce, signature: NONE, ...over }, keys);
};

/** A cancels its orders below 10. */
export const cancel = (venue: Venue, over: Partial<Cancel> = {}, keys?: Keys): Cancel =>
  signed(venue, { kind: "cancel", account: A, newMinOrderId: 10n, nonce: nonceOf(venue, A), signature: NONE, ...over }, keys);

/** A goes to userKey(900). */
export const setKey = (venue: Venue, over: Partial<SetKey> = {}, keys?: Keys): SetKey => {
  const base = { account: A, newOwner: userKey(900).publicKey, nonce: nonceOf(venue, A), signature: NONE, newSignature: NONE };
  return signed(venue, { kind: "setKey", ...base, ...over }, keys);
};

/** B takes a quarter of A. */
export const liquidate = (venue: Venue, over: Partial<Liquidate> = {}, keys?: Keys): Liquidate => {
  const nonce = nonceOf(venue, over.liquidator ?? B);
  const base = { victim: A, liquidator: B, fraction: 1, leastReward: 0n, expiry: LAST_TIME, nonce, signature: NONE };
  return signed(venue, { kind: "liquidate", ...base, ...over }, keys);
};

/** 1,000 quote from chain 0 for A. */
export const deposit = (over: Partial<Deposit> = {}): Deposit => {
  const account = over.account ?? A;
  const base = {
    account,
    chain: 0,
    instrument: QUOTE,
    amount: quote(1_000),
    owner: userKey(account).publicKey,
    exitAddress: exitOf(account),
  };
  return { kind: "deposit", ...base, ...over };
};

type OrderOver = Partial<Omit<Order, "signature">>;
export interface TradeOver extends Partial<Omit<Trade, "kind" | "buyOrder" | "sellOrder">> {
  readonly buy?: OrderOver;
  readonly sell?: OrderOver;
}

/** A buys 100 lots of the BTC perpetual from B at the mark; orders as large as the trade, limits at its price, no more fee than it charges. */
export const trade = (venue: Venue, { buy = {}, sell = {}, ...over }: TradeOver = {}, keys?: Keys): Trade => {
  const instrument = over.instrument ?? BTC_PERP;
  const price = markOf(venue, Math.min(instrument, 11));
  const t = { buyer: A, seller: B, amount: 100n, price, buyerFee: 0n, sellerFee: 0n, ...over, instrument };
  const order = (fee: bigint, change: OrderOver): Order => ({
    orderId: 1n,
    orderSize: t.amount,
    limitPrice: t.price,
    maxFee: fee > 0n ? fee : 0n,
    expiry: LAST_TIME,
    reduceOnly: false,
    ...change,
    signature: NONE,
  });
  return signed(venue, { kind: "trade", ...t, buyOrder: order(t.buyerFee, buy), sellOrder: order(t.sellerFee, sell) }, keys);
};
