// What offenders send: complete transitions, really signed, that the rules must refuse.
import { QUOTE } from "../ledger/constants.js";
import type { Transition } from "../ledger/types.js";
import * as sign from "./actions.js";
import { cash, type Person } from "./actions.js";
import type { Desk } from "./desk.js";
import { lots, PERP, quote, SPOT } from "./units.js";

/** Who plays in an attempt: an honest account, a market maker, and one whose key the offender holds. */
export interface Cast {
  readonly victim: Person;
  readonly maker: Person;
  readonly offender: Person;
}

export interface Attempt {
  readonly what: string;
  /** Undefined when the occasion is missing. */
  readonly make: (desk: Desk, cast: Cast) => Transition | undefined;
}

const FORTUNE = quote(50_000_000);
const smallDeal = (desk: Desk, { offender, maker }: Cast, btc = 0.001) =>
  desk.deal({ taker: offender, maker, side: "buy", column: PERP.BTC, lots: lots(0, btc) });

/** One attempt for every kind of offence; tried in this order. */
export const ATTEMPTS: readonly Attempt[] = [
  {
    what: "a withdrawal of more than custody holds",
    make: (desk, { offender }) => sign.withdraw(desk.ledgerId, offender, desk.nonce(offender), 0, cash(FORTUNE)),
  },
  {
    what: "a withdrawal that would leave the account without margin",
    make: (desk, { offender }) => {
      const all = (desk.venue.standing(offender.account)?.equity ?? 0n) >> 24n;
      return sign.withdraw(desk.ledgerId, offender, desk.nonce(offender), 0, cash((all > 0n ? all : 0n) + quote(1)));
    },
  },
  {
    what: "a transfer signed with somebody else's key",
    make: (desk, { victim, offender }) => {
      const thief = { ...victim, key: offender.key };
      return sign.transfer(desk.ledgerId, thief, desk.nonce(victim), offender.account, cash(quote(100)));
    },
  },
  {
    what: "a transfer signed for another ledger",
    make: (desk, { victim, offender }) =>
      sign.transfer(desk.ledgerId + 1n, offender, desk.nonce(offender), victim.account, cash(quote(100))),
  },
  {
    what: "a transfer with a nonce that is not the next one",
    make: (desk, { victim, offender }) =>
      sign.transfer(desk.ledgerId, offender, desk.nonce(offender) + 1n, victim.account, cash(quote(100))),
  },
  {
    what: "a transfer to an account that does not exist",
    make: (desk, { offender }) =>
      sign.transfer(desk.ledgerId, offender, desk.nonce(offender), 4 ** desk.venue.profile.nLevels - 1, cash(quote(1))),
  },
  {
    what: "a transfer of coins that the account does not have",
    make: (desk, { victim, offender }) =>
      sign.transfer(desk.ledgerId, offender, desk.nonce(offender), victim.account, { instrument: SPOT.BTC, amount: lots(0, 1_000) }),
  },
  {
    what: "a purchase at far too high leverage",
    make: (desk, cast) => sign.trade(desk.ledgerId, smallDeal(desk, cast, 1_000)),
  },
  {
    what: "a trade above the buyer's limit",
    make: (desk, cast) => {
      const deal = smallDeal(desk, cast);
      return sign.trade(desk.ledgerId, deal, { buy: { limitPrice: deal.price - 1n } });
    },
  },
  {
    what: "a trade on an expired order",
    make: (desk, cast) => sign.trade(desk.ledgerId, smallDeal(desk, cast), { sell: { expiry: desk.venue.prices.time - 1n } }),
  },
  {
    what: "a fee above what the order allows",
    make: (desk, cast) => sign.trade(desk.ledgerId, smallDeal(desk, cast), { buy: { maxFee: 0n } }),
  },
  {
    what: "a trade larger than the order",
    make: (desk, cast) => {
      const deal = smallDeal(desk, cast);
      return sign.trade(desk.ledgerId, deal, { sell: { orderSize: deal.amount - 1n } });
    },
  },
  {
    what: "a trade sent a second time",
    make: (desk) => desk.venue.slots.findLast((t) => t.kind === "trade"),
  },
  {
    what: "a transfer sent a second time",
    make: (desk) => desk.venue.slots.findLast((t) => t.kind === "transfer"),
  },
  {
    what: "a liquidation of a healthy account",
    make: (desk, { maker, offender }) =>
      sign.liquidate(desk.ledgerId, offender, desk.nonce(offender), maker.account, 1, 0n, desk.venue.prices.time + 1n),
  },
  {
    what: "a deposit into an account of another owner",
    make: (_, { victim, offender }) => ({
      ...sign.deposit(victim, 0, { instrument: QUOTE, amount: quote(1) }),
      owner: offender.key.publicKey,
    }),
  },
];

/** Sends n attempts, beginning with the `from`-th. Order ids used up by them are given back. */
export function tryMischief(desk: Desk, cast: Cast, from: number, n: number): void {
  const people = [cast.victim, cast.maker, cast.offender];
  for (let i = 0; i < Math.min(n, ATTEMPTS.length); i++) {
    const attempt = ATTEMPTS[(from + i) % ATTEMPTS.length];
    if (attempt === undefined) continue;
    const ids = people.map((person) => person.nextOrderId);
    const offence = attempt.make(desk, cast);
    if (offence !== undefined) desk.venue.attempt(offence, attempt.what);
    for (const [p, person] of people.entries()) person.nextOrderId = ids[p] ?? person.nextOrderId;
  }
}
