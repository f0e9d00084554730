// The simulated venue's genesis: a risk configuration in the range of real venues, a committee and a governance of three keys each.
import { keyFromSeed, type SigningKey } from "../core/eddsa.js";
import type { GenesisItem } from "../ledger/codec.js";
import { COMMITTEE, K, M, U, underlyingOf } from "../ledger/constants.js";
import { contractWord } from "../ledger/genesis.js";
import type { Config } from "../ledger/types.js";
import { seededBytes } from "./random.js";
import { FIRST_OPTION, priceAt, quote } from "./units.js";

/** The four options of each underlying: strike over the first spot price. */
export const OPTION_TERMS = [
  { call: true, moneyness: 1 },
  { call: true, moneyness: 1.1 },
  { call: false, moneyness: 0.9 },
  { call: false, moneyness: 1 },
] as const;

export const DAY = 86_400;
const OPTION_LIFE = 30 * DAY;
const ONE = 2 ** 16;
/** Funding is capped at 0.05 % an hour: 0.0005 / 3600 at scale 2^40. */
const FUNDING_CAP = 152_709n;

export interface OptionSeries {
  readonly underlying: number;
  readonly call: boolean;
  /** Dollars per coin. */
  readonly strike: number;
  readonly expiry: number;
}

/** The eight option columns for a market that starts at `spot` dollars at `time`. */
export function optionSeries(spot: readonly number[], time: number): OptionSeries[] {
  return Array.from({ length: K }, (_, k) => {
    const underlying = underlyingOf(FIRST_OPTION + k);
    const { call, moneyness } = OPTION_TERMS[k % OPTION_TERMS.length] ?? OPTION_TERMS[0];
    const start = spot[underlying] ?? 0;
    const tick = 10 ** Math.max(0, Math.floor(Math.log10(start)) - 1);
    return { underlying, call, strike: Math.max(tick, Math.round((start * moneyness) / tick) * tick), expiry: time + OPTION_LIFE };
  });
}

const each = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

function venueConfig(series: readonly OptionSeries[]): Config {
  return {
    haircut: [BigInt(Math.round(0.05 * ONE)), BigInt(Math.round(0.08 * ONE))],
    shock: [8n, 16n],
    fundingCap: each(U, FUNDING_CAP),
    initialFactor: 320n, // initial margin is 1.25 times maintenance
    discountRate: BigInt(ONE / 2),
    discountShare: BigInt(ONE / 2),
    bounty: quote(25),
    dustEquity: quote(50),
    phi: Array.from({ length: M }, (_, i) => (i < FIRST_OPTION ? 50n : 100n)),
    openInterestCap: each(M - U, 1n << 50n),
    optionExpiry: series.map((s) => BigInt(s.expiry)),
    shockMultiplier: each(U, 0n),
    varianceHorizon: each(U, 0n),
    varianceTau: each(U, 0n),
    breakerBand: each(U, 0n),
    breakerSeconds: each(U, 0n),
    interestRate: 0n,
    optionCall: series.map((s) => s.call),
    optionStrike: series.map((s) => priceAt(s.underlying, s.strike)),
  };
}

export const seededKey = (seed: string, label: string): SigningKey => keyFromSeed(seededBytes(seed, label));
const seededKeys = (seed: string, label: string): SigningKey[] =>
  Array.from({ length: COMMITTEE }, (_, i) => seededKey(seed, `${label}/${i}`));

/** Low `size` bytes of a seeded digest, as a number. */
export const seededWord = (seed: string, label: string, size: number): bigint =>
  seededBytes(seed, label).reduce((sum, byte, i) => (i < size ? sum * 256n + BigInt(byte) : sum), 0n);

export interface SimulatedVenue {
  readonly genesis: GenesisItem;
  readonly committee: readonly SigningKey[];
  readonly series: readonly OptionSeries[];
}

/** Everything that the venue fixes before its first batch. `insurance` is in dollars. */
export function simulatedVenue(seed: string, spot: readonly number[], time: number, nLevels: number, insurance: number): SimulatedVenue {
  const series = optionSeries(spot, time);
  const committee = seededKeys(seed, "committee");
  const genesis: GenesisItem = {
    kind: "genesis",
    ledgerId: seededWord(seed, "ledger", 16),
    nLevels,
    contracts: [1n, 2n].map((chainId) => contractWord(chainId, seededWord(seed, `custody/${chainId}`, 20))),
    insurance: quote(insurance),
    committee: committee.map((key) => key.publicKey),
    governance: seededKeys(seed, "governance").map((key) => key.publicKey),
    config: venueConfig(series),
  };
  return { genesis, committee, series };
}
