// The market simulation: members join, trade, are liquidated and misbehave along a path of prices, on the real ledger.
import type { Profile } from "../ledger/types.js";
import { cash } from "./actions.js";
import { Desk } from "./desk.js";
import { tryMischief } from "./mischief.js";
import { type Opened, openBatch } from "./opening.js";
import { type Member, makeMembers } from "./people.js";
import { type PricePoint, randomWalk, type Tick, tapePath } from "./price-path.js";
import { type Random, seededRandom } from "./random.js";
import type { Run } from "./run.js";
import type { TapeTrade } from "./tape.js";
import { takeTurn } from "./traders.js";
import { lots, PERP, priceAt, quote, SPOT } from "./units.js";
import { Venue } from "./venue.js";
import { simulatedVenue } from "./venue-genesis.js";

/** What drives prices. A tape is for underlying 0 (BTC) or 1 (ETH). */
export type Source =
  | { readonly kind: "walk" }
  | { readonly kind: "candles"; readonly underlying: number; readonly ticks: readonly Tick[] }
  | { readonly kind: "trades"; readonly underlying: number; readonly trades: readonly TapeTrade[] };

export interface MarketOptions {
  readonly seed: string;
  readonly accounts: number;
  readonly batches: number;
  readonly profile: Profile;
  readonly source: Source;
}

const INSURANCE = 25_000;
const CRASH = 0.14;
/** The walk crashes after this share of the batches. */
const CRASH_AT = 0.6;
/** Attempts at mischief in every batch. */
const MISCHIEF = 4;
/** Turns a batch tries before it is closed with empty slots. */
const PATIENCE = 40;
/** On a candle tape liquidators sleep through the steepest fall, at most this share of the run: so that bad debt can appear. */
const SLEEP = 0.25;

interface Market {
  readonly options: MarketOptions;
  readonly desk: Desk;
  readonly members: readonly Member[];
  readonly random: Random;
}

function makePath({ seed, batches, source }: MarketOptions): PricePoint[] {
  switch (source.kind) {
    case "walk":
      return randomWalk(seed, batches, Math.max(1, Math.floor(batches * CRASH_AT)), CRASH);
    case "candles":
      return tapePath(seed, source.ticks, source.underlying, batches);
    case "trades":
      return tapePath(seed, source.trades, source.underlying, batches);
    default: {
      const gone: never = source;
      return gone;
    }
  }
}

/** First and last batch of the liquidators' sleep: the steepest fall of a tape, none on a walk, whose crash is a gap. */
function sleepOf({ source }: MarketOptions, path: readonly PricePoint[]): readonly [number, number] {
  if (source.kind !== "candles") return [-1, -1];
  const width = Math.max(1, Math.floor(path.length * SLEEP));
  const change = (i: number) => (path[i + width]?.spot[source.underlying] ?? Infinity) / (path[i]?.spot[source.underlying] ?? 1);
  let start = 0;
  for (let i = 1; i + width < path.length; i++) if (change(i) < change(start)) start = i;
  return [start, start + width - 1];
}

const joined = (members: readonly Member[], role?: Member["role"]): Member[] =>
  members.filter((m) => m.joined && (role === undefined || m.role === role));

/** Members arrive in order: cash on either chain, a maker also the coins it sells. */
function welcome({ desk, members, random }: Market, most: number): void {
  for (const member of members.filter((m) => !m.joined).slice(0, most)) {
    const what = `${member.name}: deposit`;
    const chain = random.int(2);
    if (!desk.deposit(member, chain, cash(quote(member.wealth)), what)) return;
    member.joined = true;
    if (member.role !== "maker") continue;
    desk.deposit(member, chain, { instrument: SPOT.BTC, amount: lots(0, 20) }, what);
    desk.deposit(member, chain, { instrument: SPOT.ETH, amount: lots(1, 300) }, what);
  }
}

/** Liquidators take slices until nobody is below maintenance or the batch is full. */
function sweep({ desk, members }: Market): void {
  const liquidators = joined(members, "liquidator");
  for (const victim of joined(members)) {
    for (let slice = 0; slice < 4 && desk.venue.standing(victim.account)?.below === true; slice++) {
      const able = liquidators.find((l) => l !== victim && desk.venue.hasRoom(victim.account, l.account));
      if (able === undefined || !desk.liquidate(able, victim, `${able.name}: liquidation of ${victim.name}`)) break;
    }
  }
}

function trade(market: Market): void {
  const { desk, members, random } = market;
  const makers = joined(members, "maker");
  for (let turn = 0; turn < PATIENCE && desk.venue.freeSlots > 0 && makers.length > 0; turn++) {
    const [me, friend] = [random.pick(joined(members)), random.pick(joined(members))];
    takeTurn({ desk, random, me, maker: random.pick(makers), friend: friend === me ? undefined : friend });
  }
}

/** Trades of the tape between two points: real prices, sizes and sides. @returns how many found no room */
function followTape(market: Market, trades: readonly TapeTrade[], underlying: number): number {
  const { desk, members, random } = market;
  const takers = joined(members).filter((m) => m.role !== "maker" && m.role !== "liquidator");
  let left = 0;
  for (const t of trades) {
    const maker = joined(members, "maker")[0];
    const size = lots(underlying, t.amount);
    const intent = { side: t.side, column: underlying === 0 ? PERP.BTC : PERP.ETH, lots: size, price: priceAt(underlying, t.price) };
    const taken =
      maker !== undefined &&
      takers.length > 0 &&
      desk.trade({ ...intent, taker: random.pick(takers), maker }, `the tape's trade of ${t.amount}`);
    if (!taken) left++;
  }
  return left;
}

function misbehave({ desk, members }: Market, batch: number): void {
  const [maker] = joined(members, "maker");
  const [victim, offender] = joined(members).filter((m) => m.role !== "maker" && m.role !== "liquidator");
  if (maker === undefined || victim === undefined || offender === undefined) return;
  tryMischief(desk, { victim, maker, offender }, batch * MISCHIEF, MISCHIEF);
}

/** Runs the market on the real ledger. */
export function simulateMarket(options: MarketOptions): Run {
  const { seed, profile, source } = options;
  const path = makePath(options);
  const setting = simulatedVenue(seed, path[0]?.spot ?? [], path[0]?.time ?? 0, profile.nLevels, INSURANCE);
  const venue = new Venue(setting.genesis, profile);
  const market: Market = {
    options,
    desk: new Desk(venue),
    members: makeMembers(seed, options.accounts),
    random: seededRandom(seed, "market"),
  };
  const [asleep, awake] = sleepOf(options, path);
  const share = source.kind === "trades" ? source.trades.length / path.length : 0;
  let last: Opened | undefined;
  let left = 0;
  for (const [i, point] of path.entries()) {
    last = openBatch(venue, setting, point, last, i % 3 === 1);
    if (i < asleep || i > awake) sweep(market);
    welcome(market, i === 0 ? Math.max(1, profile.nTx - 1) : Math.ceil(profile.nTx / 3));
    if (source.kind === "trades")
      left += followTape(market, source.trades.slice(Math.round(i * share), Math.round((i + 1) * share)), source.underlying);
    trade(market);
    misbehave(market, i);
    venue.close();
  }
  return { venue, path, remarks: left === 0 ? [] : [`${left} trades of the tape found no free slot or no margin`] };
}
