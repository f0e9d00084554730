// The price committee of the simulation: turns a market's spot prices into a signed report. Floats end here, rounded to integers once.
import type { SigningKey } from "../core/eddsa.js";
import { MOVES, QUORUM, U } from "../ledger/constants.js";
import { priceHash } from "../ledger/prices.js";
import type { PriceReport } from "../ledger/types.js";
import { optionValue } from "./black-scholes.js";
import type { PricePoint } from "./price-path.js";
import { priceAt } from "./units.js";
import { DAY, type OptionSeries, type SimulatedVenue } from "./venue-genesis.js";

const YEAR = 365 * DAY;
/** Scenarios look one day ahead and shift volatility by a quarter. */
const HORIZON = DAY;
const VOLATILITY_SHIFT = 0.25;
/** Funding pays the premium of mark over index once in eight hours. */
const FUNDING_PERIOD = 8 * 3600;
const RISK_SCALE_BITS = 8;

const years = (series: OptionSeries, time: number): number => Math.max(0, series.expiry - time) / YEAR;

function scenarioValues(series: OptionSeries, point: PricePoint): bigint[] {
  const spot = point.spot[series.underlying] ?? 0;
  const volatility = point.volatility[series.underlying] ?? 0;
  const terms = { ...series, years: years(series, point.time + HORIZON) };
  return MOVES.flatMap((move) =>
    [1 + VOLATILITY_SHIFT, 1 - VOLATILITY_SHIFT].map((shift) =>
      priceAt(series.underlying, optionValue(terms, spot * (1 + move / 100), volatility * shift), RISK_SCALE_BITS),
    ),
  );
}

function optionMark(series: OptionSeries, point: PricePoint): bigint {
  const { underlying } = series;
  const value = optionValue(
    { ...series, years: years(series, point.time) },
    point.spot[underlying] ?? 0,
    point.volatility[underlying] ?? 0,
  );
  return priceAt(underlying, value);
}

/** Funding since the last report: the premium, within the configured cap. */
function fundingStep(venue: SimulatedVenue, u: number, index: bigint, basis: number, seconds: number): bigint {
  const cap = venue.genesis.config.fundingCap[u] ?? 0n;
  const wanted = BigInt(Math.round((basis / FUNDING_PERIOD) * 2 ** 40));
  const rate = wanted > cap ? cap : wanted < -cap ? -cap : wanted;
  return (rate * index * BigInt(seconds)) / 65_536n; // toward zero, so within the cap
}

const squaredReturn = (before: number, after: number): bigint => BigInt(Math.round(Math.log(after / before) ** 2 * 2 ** 48));

/** The report for a point of the path; `last` is the point and report before it. */
export function makeReport(venue: SimulatedVenue, point: PricePoint, last?: { point: PricePoint; report: PriceReport }): PriceReport {
  const index = point.spot.map((price, u) => priceAt(u, price));
  const since = <T>(first: T, step: (u: number) => T): T[] => Array.from({ length: U }, (_, u) => (last === undefined ? first : step(u)));
  const unsigned = {
    time: BigInt(point.time),
    index,
    perpMark: point.spot.map((price, u) => priceAt(u, price * (1 + (point.basis[u] ?? 0)))),
    optionMark: venue.series.map((series) => optionMark(series, point)),
    fundingIntegral: since(0n, (u) => {
      const step = fundingStep(venue, u, index[u] ?? 0n, point.basis[u] ?? 0, point.time - (last?.point.time ?? 0));
      return (last?.report.fundingIntegral[u] ?? 0n) + step;
    }),
    squaredReturnIntegral: since(0n, (u) => {
      return (last?.report.squaredReturnIntegral[u] ?? 0n) + squaredReturn(last?.point.spot[u] ?? 1, point.spot[u] ?? 1);
    }),
    scenario: venue.series.map((series) => scenarioValues(series, point)),
  };
  return signReport(venue.genesis.ledgerId, unsigned, venue.committee.slice(0, QUORUM));
}

/** A report signed by the first members given. */
export function signReport(ledgerId: bigint, report: Omit<PriceReport, "signatures">, members: readonly SigningKey[]): PriceReport {
  const hash = priceHash(ledgerId, report);
  return { ...report, signatures: members.map((key, signer) => ({ signer, signature: key.sign(hash) })) };
}
