// Dealing on a venue: prices and fees of trades, liquidations by the rules, nonces read from the ledger.
import { isOption, isPerpetual, isSpot, U, underlyingOf } from "../ledger/constants.js";
import { fractionAllowed } from "../ledger/liquidation.js";
import type { Amount, Person } from "./actions.js";
import * as sign from "./actions.js";
import type { Venue } from "./venue.js";

/** Taker fee and maker rebate, in hundredths of a percent of the value traded. */
const TAKER_FEE = 5n;
const MAKER_REBATE = 1n;
/** Orders live for an hour. */
const ORDER_LIFE = 3600n;

export interface Intent {
  readonly taker: Person;
  readonly maker: Person;
  readonly side: "buy" | "sell";
  readonly column: number;
  readonly lots: bigint;
  /** Scale 2^24. @defaultValue the price of the committee's report */
  readonly price?: bigint;
  readonly reduceOnly?: boolean;
}

export class Desk {
  readonly venue: Venue;

  constructor(venue: Venue) {
    this.venue = venue;
  }

  get ledgerId(): bigint {
    return this.venue.ledgerId;
  }

  nonce(person: Person): bigint {
    return this.venue.account(person.account)?.nonce ?? 0n;
  }

  size(person: Person, column: number): bigint {
    return this.venue.account(person.account)?.sizes[column] ?? 0n;
  }

  /** Equity in dollars at the open batch's prices. */
  equity(person: Person): number {
    return Number((this.venue.standing(person.account)?.equity ?? 0n) >> 24n) / 1e6;
  }

  mark(column: number): bigint {
    const { index, perpMark, optionMark } = this.venue.prices;
    return (isSpot(column) ? index[column] : isPerpetual(column) ? perpMark[column - U] : optionMark[column - 2 * U]) ?? 0n;
  }

  /** A trade as the ledger takes it; the maker earns a part of the taker's fee. */
  deal(intent: Intent): sign.Deal {
    const { taker, maker, side, column, lots } = intent;
    const price = intent.price ?? this.mark(column);
    // Options are cheap against what they cover, so their fee is on the underlying's value.
    const base = isOption(column) ? (this.venue.prices.index[underlyingOf(column)] ?? 0n) : price;
    const value = (base * lots) >> 24n;
    const [fee, rebate] = [(value * TAKER_FEE) / 10_000n, -((value * MAKER_REBATE) / 10_000n)];
    const expiry = this.venue.prices.time + ORDER_LIFE;
    const sides =
      side === "buy"
        ? { buyer: taker, seller: maker, buyerFee: fee, sellerFee: rebate }
        : { buyer: maker, seller: taker, buyerFee: rebate, sellerFee: fee };
    return { ...sides, instrument: column, amount: lots, price, expiry };
  }

  trade(intent: Intent, what: string): boolean {
    if (intent.lots <= 0n || !this.venue.hasRoom(intent.taker.account, intent.maker.account)) return false;
    const mine = { reduceOnly: intent.reduceOnly ?? false };
    const terms = intent.side === "buy" ? { buy: mine } : { sell: mine };
    return this.venue.submit(sign.trade(this.ledgerId, this.deal(intent), terms), what);
  }

  deposit(to: Person, chain: number, amount: Amount, what: string): boolean {
    return this.venue.submit(sign.deposit(to, chain, amount), what);
  }

  withdraw(from: Person, chain: number, amount: Amount, what: string): boolean {
    return this.venue.submit(sign.withdraw(this.ledgerId, from, this.nonce(from), chain, amount), what);
  }

  transfer(from: Person, to: Person, amount: Amount, what: string): boolean {
    return this.venue.submit(sign.transfer(this.ledgerId, from, this.nonce(from), to.account, amount), what);
  }

  cancel(from: Person, what: string): boolean {
    return this.venue.submit(sign.cancel(this.ledgerId, from, this.nonce(from), from.nextOrderId), what);
  }

  /** Replaces the key of an account; the seed decides the new one too. */
  newKey(person: Person, what: string): boolean {
    const nonce = this.nonce(person);
    const key = person.makeKey(nonce);
    if (!this.venue.submit(sign.setKey(this.ledgerId, person, nonce, key), what)) return false;
    person.key = key;
    return true;
  }

  /** Takes the largest slice that the rules allow from an account below maintenance. */
  liquidate(liquidator: Person, victim: Person, what: string): boolean {
    const standing = this.venue.standing(victim.account);
    if (standing === undefined) return false;
    const { config } = this.venue.state.header.markets;
    const fraction = fractionAllowed(config, standing.equity, standing.maintenance, 4) ? 4 : 2;
    const expiry = this.venue.prices.time + ORDER_LIFE;
    const t = sign.liquidate(this.ledgerId, liquidator, this.nonce(liquidator), victim.account, fraction, 0n, expiry);
    return this.venue.submit(t, what);
  }
}
