// What users sign: docs/rules.md section 3. msg = P4(header, ledgerId, body0, body1).
import type { PublicKey } from "../core/eddsa.js";
import { poseidon } from "../core/poseidon.js";
import { BITS, KIND, USER_TAG } from "./constants.js";
import { pack } from "./range.js";
import type { Cancel, Liquidate, Order, SetKey, Trade, Transfer, Transition, Withdraw } from "./types.js";

type Unsigned<T> = Omit<T, "kind" | "signature" | "newSignature">;

/** Side of an order: 0 buys, 1 sells. */
export type Side = 0 | 1;

/** What an order's owner signs, without the side's place in a trade. */
export interface OrderTerms extends Omit<Order, "signature"> {
  readonly account: number;
  readonly instrument: number;
  readonly side: Side;
}

function message(ledgerId: bigint, kind: number, account: number, sequence: bigint, body0: bigint, body1: bigint): bigint {
  const header = pack([
    ["message tag", BigInt(USER_TAG + kind), 8, 0],
    ["account index", BigInt(account), 32, 8],
    ["nonce or order id", sequence, BITS.orderId, 40],
  ]);
  return poseidon([header, ledgerId, body0, body1]);
}

/** Message of a withdrawal; `amount` in 1e-6 quote or lots. @throws INPUT_MALFORMED for a value outside its width. */
export function withdrawMessage(ledgerId: bigint, t: Unsigned<Withdraw>): bigint {
  const body0 = pack([
    ["instrument", BigInt(t.instrument), 4, 0],
    ["chain", BigInt(t.chain), 4, 4],
    ["amount", t.amount, BITS.quoteAmount, 8],
  ]);
  const body1 = pack([["recipient", t.recipient, 160, 0]]);
  return message(ledgerId, KIND.withdraw, t.account, t.nonce, body0, body1);
}

/** Message of a transfer; `amount` in 1e-6 quote or lots. @throws INPUT_MALFORMED for a value outside its width. */
export function transferMessage(ledgerId: bigint, t: Unsigned<Transfer>): bigint {
  const body0 = pack([
    ["instrument", BigInt(t.instrument), 4, 0],
    ["payee", BigInt(t.to), 32, 4],
    ["amount", t.amount, BITS.quoteAmount, 40],
  ]);
  return message(ledgerId, KIND.transfer, t.from, t.nonce, body0, 0n);
}

/** Message of an order: the price at scale 2^24, size in lots, fee in 1e-6 quote. @throws INPUT_MALFORMED for a value outside its width. */
export function orderMessage(ledgerId: bigint, o: OrderTerms): bigint {
  const body0 = pack([
    ["instrument", BigInt(o.instrument), 4, 0],
    ["side", BigInt(o.side), 1, 4],
    ["reduce-only flag", o.reduceOnly ? 1n : 0n, 1, 5],
    ["expiry", o.expiry, BITS.time, 6],
    ["order size", o.orderSize, BITS.orderSize, 54],
    ["limit price", o.limitPrice, BITS.price, 102],
    ["largest fee", o.maxFee, BITS.maxFee, 160],
  ]);
  return message(ledgerId, KIND.trade, o.account, o.orderId, body0, 0n);
}

/** Message of a liquidation, by the liquidator. @throws INPUT_MALFORMED for a value outside its width. */
export function liquidateMessage(ledgerId: bigint, t: Unsigned<Liquidate>): bigint {
  const body0 = pack([
    ["victim", BigInt(t.victim), 32, 0],
    ["fraction", BigInt(t.fraction), 3, 32],
    ["least reward", t.leastReward, BITS.quoteAmount, 35],
    ["expiry", t.expiry, BITS.time, 96],
  ]);
  return message(ledgerId, KIND.liquidate, t.liquidator, t.nonce, body0, 0n);
}

/** Message of a mass cancel. @throws INPUT_MALFORMED for a value outside its width. */
export function cancelMessage(ledgerId: bigint, t: Unsigned<Cancel>): bigint {
  return message(ledgerId, KIND.cancel, t.account, t.nonce, pack([["order id", t.newMinOrderId, BITS.orderId, 0]]), 0n);
}

/** Message of a key change, signed by the old and by the new key. @throws INPUT_NOT_CANONICAL unless both words are below r. */
export function setKeyMessage(ledgerId: bigint, t: Unsigned<SetKey>): bigint {
  return message(ledgerId, KIND.setKey, t.account, t.nonce, t.newOwner.ax, t.newOwner.ay);
}

/** The terms that one side of a trade must have signed. */
export function orderTerms(t: Trade, side: Side): OrderTerms {
  const order = side === 0 ? t.buyOrder : t.sellOrder;
  return { ...order, account: side === 0 ? t.buyer : t.seller, instrument: t.instrument, side };
}

/** Head of a deposit queue after one more entry: docs/rules.md section 7, deposit. */
export function depositHead(head: bigint, owner: PublicKey, exitAddress: bigint, instrument: number, amount: bigint): bigint {
  return poseidon([head, owner.ax, owner.ay, exitAddress, BigInt(instrument) + (amount << 4n)]);
}

/** Head of a withdrawal queue after one more entry: docs/rules.md section 7, withdraw. */
export function withdrawalHead(head: bigint, recipient: bigint, instrument: number, amount: bigint): bigint {
  return poseidon([head, recipient, BigInt(instrument) + (amount << 4n)]);
}

/** The signed messages of A and B; 0 where there is none (docs/rules.md section 9; a deposit's msgA is its queue head, not made here). */
export interface Messages {
  readonly a: bigint;
  readonly b: bigint;
}

const known = new WeakMap<Transition, { readonly ledgerId: bigint; readonly messages: Messages }>();

/** The messages of a transition, hashed once per transition object. @throws INPUT_MALFORMED for a value outside its width. */
export function messagesOf(ledgerId: bigint, t: Transition): Messages {
  const cached = known.get(t);
  if (cached !== undefined && cached.ledgerId === ledgerId) return cached.messages;
  const messages = computeMessages(ledgerId, t);
  known.set(t, { ledgerId, messages });
  return messages;
}

function computeMessages(ledgerId: bigint, t: Transition): Messages {
  switch (t.kind) {
    case "noop":
    case "deposit":
      return { a: 0n, b: 0n };
    case "withdraw":
      return { a: withdrawMessage(ledgerId, t), b: 0n };
    case "transfer":
      return { a: transferMessage(ledgerId, t), b: 0n };
    case "trade":
      return { a: orderMessage(ledgerId, orderTerms(t, 0)), b: orderMessage(ledgerId, orderTerms(t, 1)) };
    case "liquidate":
      return { a: 0n, b: liquidateMessage(ledgerId, t) };
    case "cancel":
      return { a: cancelMessage(ledgerId, t), b: 0n };
    case "setKey": {
      const both = setKeyMessage(ledgerId, t);
      return { a: both, b: both };
    }
    default: {
      const gone: never = t;
      return gone;
    }
  }
}
