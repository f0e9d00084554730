// The crash in two batches: the example of the README. At most seven slots each; the amounts tell the same story for every seed.
import { ZkStateError } from "../core/errors.js";
import type { Profile } from "../ledger/types.js";
import { cash, type Person } from "./actions.js";
import { Desk } from "./desk.js";
import { ATTEMPTS, tryMischief } from "./mischief.js";
import { type Opened, openBatch } from "./opening.js";
import { makePerson } from "./people.js";
import { randomWalk } from "./price-path.js";
import type { Run } from "./run.js";
import { FIRST_OPTION, lots, PERP, quote, SPOT } from "./units.js";
import { Venue } from "./venue.js";
import { simulatedVenue } from "./venue-genesis.js";

const FALL = 0.14;
const INSURANCE = 10_000;
/** Transitions of each of the two batches. */
const SCENES = 7;
const BTC_CALL = FIRST_OPTION;

interface Cast {
  readonly mona: Person;
  readonly liam: Person;
  readonly rhea: Person;
  readonly lev: Person;
  readonly sven: Person;
}

const cast = (seed: string): Cast => ({
  mona: makePerson(seed, "Mona, market maker", 0),
  liam: makePerson(seed, "Liam, liquidator", 1),
  rhea: makePerson(seed, "Rhea, nine times leverage", 2),
  lev: makePerson(seed, "Lev, five times leverage", 3),
  sven: makePerson(seed, "Sven, holder", 4),
});

/** Everybody funds an account; Rhea and Lev buy perpetuals on credit. */
function calm(desk: Desk, { mona, liam, rhea, lev }: Cast): void {
  desk.deposit(mona, 0, cash(quote(1_000_000)), "Mona's deposit");
  desk.deposit(liam, 1, cash(quote(200_000)), "Liam's deposit on the second chain");
  desk.deposit(rhea, 0, cash(quote(10_000)), "Rhea's deposit");
  desk.deposit(lev, 0, cash(quote(20_000)), "Lev's deposit");
  desk.transfer(lev, rhea, cash(quote(500)), "a loan from Lev to Rhea");
  desk.trade({ taker: rhea, maker: mona, side: "buy", column: PERP.BTC, lots: lots(0, 2.3) }, "Rhea's purchase");
  desk.trade({ taker: lev, maker: mona, side: "buy", column: PERP.BTC, lots: lots(0, 2.6) }, "Lev's purchase");
}

/** Prices have gapped down: Rhea is bankrupt, Lev too low on margin, and the market goes on. */
function crash(desk: Desk, { mona, liam, rhea, lev, sven }: Cast): void {
  desk.liquidate(liam, rhea, "the liquidation of Rhea");
  desk.liquidate(liam, lev, "the liquidation of Lev");
  const inventory = { taker: liam, maker: mona, side: "sell", column: PERP.BTC, reduceOnly: true } as const;
  desk.trade({ ...inventory, lots: desk.size(liam, PERP.BTC) }, "Liam's sale of what he took over");
  desk.deposit(sven, 1, { instrument: SPOT.BTC, amount: lots(0, 1) }, "Sven's deposit of one bitcoin");
  desk.trade({ taker: sven, maker: mona, side: "sell", column: BTC_CALL, lots: lots(0, 0.5) }, "Sven's covered call");
  desk.cancel(lev, "Lev's mass cancel");
  desk.withdraw(liam, 1, cash(quote(25_000)), "Liam's withdrawal");
}

/** Runs the story on the real ledger. */
export function crashStory(seed: string, profile: Profile): Run {
  const path = randomWalk(seed, 2, 1, FALL);
  const setting = simulatedVenue(seed, path[0]?.spot ?? [], path[0]?.time ?? 0, profile.nLevels, INSURANCE);
  const venue = new Venue(setting.genesis, profile);
  const desk = new Desk(venue);
  const people = cast(seed);
  let last: Opened | undefined;
  for (const [i, point] of path.entries()) {
    last = openBatch(venue, setting, point, last, true);
    [calm, crash][i]?.(desk, people);
    if (venue.slots.length !== SCENES)
      throw new ZkStateError({ code: "INTERNAL", message: `The story broke: ${venue.refused.at(-1)?.what}.` });
    const offender = i === 0 ? people.lev : people.liam;
    tryMischief(desk, { victim: people.rhea, maker: people.mona, offender }, 0, ATTEMPTS.length);
    venue.close();
  }
  return { venue, path, remarks: [] };
}
