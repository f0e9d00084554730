// What members of each role do when it is their turn. Everything goes through the ledger, which may refuse it.
import { cash } from "./actions.js";
import type { Desk } from "./desk.js";
import { HABITS, type Member } from "./people.js";
import type { Random } from "./random.js";
import { dollarsPerCoin, FIRST_OPTION, lots, PERP, quote, SPOT } from "./units.js";

/** A member's own habits are steady; the turn is chance. */
export interface Turn {
  readonly desk: Desk;
  readonly random: Random;
  readonly me: Member;
  readonly maker: Member;
  /** Another member who has joined, for transfers. */
  readonly friend: Member | undefined;
}

const isEven = (member: Member): boolean => member.account % 2 === 0;

/** Trades a perpetual toward the leverage of the member's role. */
function seekLeverage({ desk, random, me, maker }: Turn): boolean {
  const u = me.role === "careful" && isEven(me) ? 1 : 0;
  const column = u === 0 ? PERP.BTC : PERP.ETH;
  const price = dollarsPerCoin(u, desk.mark(column));
  // ETH needs twice the margin of BTC.
  const target = (desk.equity(me) * HABITS[me.role].leverage) / (u + 1);
  const held = (Number(desk.size(me, column)) / Number(lots(u, 1))) * price;
  const wanted = (target - held) / price;
  if (Math.abs(wanted) * price < 500) return false;
  if (wanted < 0 && me.role !== "careful") return false; // the others hold on and hope
  const part = held === 0 ? 1 : 0.3 + 0.7 * random.next();
  const side = wanted > 0 ? "buy" : "sell";
  const what = `${me.name}: ${side} perpetual`;
  return desk.trade({ taker: me, maker, side, column, lots: lots(u, Math.abs(wanted) * part) }, what);
}

/** Buys or writes an option, or goes the other way on one held. */
function tradeOption({ desk, random, me, maker }: Turn): boolean {
  const k = random.int(8);
  const u = k < 4 ? 0 : 1;
  const size = lots(u, u === 0 ? 0.05 + random.next() * 0.2 : 0.5 + random.next() * 3);
  const side = random.chance(0.6) ? "buy" : "sell";
  return desk.trade({ taker: me, maker, side, column: FIRST_OPTION + k, lots: size }, `${me.name}: ${side} option`);
}

function tradeSpot({ desk, random, me, maker }: Turn): boolean {
  const u = random.int(2);
  const column = u === 0 ? SPOT.BTC : SPOT.ETH;
  const size = lots(u, u === 0 ? 0.02 + random.next() * 0.1 : 0.2 + random.next());
  const side = random.chance(0.7) ? "buy" : "sell";
  return desk.trade({ taker: me, maker, side, column, lots: size }, `${me.name}: ${side} spot`);
}

/** Housekeeping: a transfer, a withdrawal, a mass cancel of open orders, or a new key. */
function keepHouse({ desk, random, me, friend }: Turn): boolean {
  const amount = cash(quote(Math.round(50 + random.next() * 450)));
  const choice = random.int(4);
  if (choice === 0 && friend !== undefined) return desk.transfer(me, friend, amount, `${me.name}: transfer`);
  if (choice === 1) return desk.withdraw(me, random.int(2), amount, `${me.name}: withdrawal`);
  if (choice === 2) return desk.newKey(me, `${me.name}: new key`);
  const minOrderId = desk.venue.account(me.account)?.minOrderId ?? 1n;
  return me.nextOrderId > minOrderId && desk.cancel(me, `${me.name}: mass cancel`);
}

/** A liquidator sells what it took over, a maker hedges nothing: both only reduce. */
function unload({ desk, me, maker }: Turn): boolean {
  for (const column of [PERP.BTC, PERP.ETH]) {
    const size = desk.size(me, column);
    if (size === 0n) continue;
    const side = size > 0n ? "sell" : "buy";
    return desk.trade(
      { taker: me, maker, side, column, lots: size > 0n ? size : -size, reduceOnly: true },
      `${me.name}: sells the inventory`,
    );
  }
  return false;
}

/** One turn of a member; false when nothing was done. */
export function takeTurn(turn: Turn): boolean {
  if (turn.random.chance(0.12)) return keepHouse(turn);
  switch (turn.me.role) {
    case "maker":
      return false;
    case "liquidator":
      return unload(turn);
    case "reckless":
    case "leveraged":
    case "careful":
      return seekLeverage(turn);
    case "options":
      return tradeOption(turn);
    case "holder":
      return tradeSpot(turn);
    default: {
      const gone: never = turn.me.role;
      return gone;
    }
  }
}
