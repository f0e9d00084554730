// Where prices come from: a seeded random walk with a crash, or a real tape for one underlying with the other following it.
import { U } from "../ledger/constants.js";
import { type Random, seededRandom } from "./random.js";

/** What the committee sees at one moment. Dollars per coin. */
export interface PricePoint {
  readonly time: number;
  readonly spot: readonly number[];
  /** Premium of the perpetual over spot. */
  readonly basis: readonly number[];
  /** Yearly, for the option model. */
  readonly volatility: readonly number[];
}

/** One price of a tape. */
export interface Tick {
  readonly time: number;
  readonly price: number;
}

const START_TIME = 1_700_000_000;
const START_SPOT = [40_000, 2_500] as const;
const HOUR = 3600;
const BASE_VOLATILITY = [0.6, 0.75] as const;
/** Share of the other's return that each underlying follows, and its own hourly noise. */
const FOLLOW = 0.9;
const NOISE = 0.003;
const HOURLY_MOVE = 0.006;

const cents = (price: number): number => Math.round(price * 100) / 100;

/** Basis and volatility from the last return: a falling market trades below spot and raises volatility. */
function mood(random: Random, returns: readonly number[]): Pick<PricePoint, "basis" | "volatility"> {
  return {
    basis: returns.map((r) => Math.max(-0.004, Math.min(0.004, 0.0004 * random.normal() + 0.02 * r))),
    volatility: returns.map((r, u) => (BASE_VOLATILITY[u] ?? 0.6) * (1 + Math.min(1.5, 4 * Math.abs(Math.min(0, r))))),
  };
}

/** Seeded random walk of n points, one an hour; prices gap down by `crash` between point `crashAt - 1` and `crashAt`. */
export function randomWalk(seed: string, n: number, crashAt: number, crash: number): PricePoint[] {
  const random = seededRandom(seed, "prices");
  let spot: readonly number[] = START_SPOT;
  return Array.from({ length: n }, (_, i) => {
    const common = i === 0 ? 0 : HOURLY_MOVE * random.normal();
    const gap = i === crashAt ? Math.log(1 - crash) : 0;
    const returns = Array.from({ length: U }, (_, u) =>
      i === 0 ? 0 : common + gap * (u === 0 ? 1 : 1.1) + NOISE * random.normal() * (gap === 0 ? 1 : 0.3),
    );
    spot = spot.map((price, u) => cents(price * Math.exp(returns[u] ?? 0)));
    return { time: START_TIME + i * HOUR, spot, ...mood(random, returns) };
  });
}

/** n points spread evenly over a tape of underlying `u`; the other underlying follows with seeded noise. */
export function tapePath(seed: string, ticks: readonly Tick[], u: number, n: number): PricePoint[] {
  const random = seededRandom(seed, "tape");
  const pick = (i: number): Tick => ticks[Math.round((i * (ticks.length - 1)) / Math.max(1, n - 1))] ?? { time: 0, price: 1 };
  let spot: readonly number[] = START_SPOT.map((price, v) => (v === u ? pick(0).price : price));
  let time = 0;
  return Array.from({ length: n }, (_, i) => {
    const tick = pick(i);
    const tapeReturn = Math.log(tick.price / (spot[u] ?? 1));
    const returns = spot.map((_, v) => (v === u ? tapeReturn : i === 0 ? 0 : FOLLOW * tapeReturn + NOISE * random.normal()));
    spot = spot.map((price, v) => (v === u ? tick.price : cents(price * Math.exp(returns[v] ?? 0))));
    time = Math.max(time + 1, tick.time); // two reports at one time would contradict each other
    return { time, spot, ...mood(random, returns) };
  });
}
