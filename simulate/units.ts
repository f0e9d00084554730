// From coins and dollars to the ledger's integers. Lots: 1e-6 BTC and 1e-5 ETH, so that one lot costs a few cents.
import { PRICE_SHIFT } from "../ledger/constants.js";

const LOTS_PER_COIN = [1e6, 1e5] as const;
/** Columns by what they hold. */
export const SPOT = { BTC: 0, ETH: 1 } as const;
export const PERP = { BTC: 2, ETH: 3 } as const;
/** Columns 4 to 7 are BTC's options, 8 to 11 ETH's, in the order of `OPTION_TERMS`. */
export const FIRST_OPTION = 4;

const MICRO = 1e6;
const lotsPerCoin = (u: number): number => LOTS_PER_COIN[u] ?? 1;

/** Dollars as 1e-6 quote. */
export const quote = (dollars: number): bigint => BigInt(Math.round(dollars * MICRO));
export const dollars = (amount: bigint): number => Number(amount) / MICRO;
/** Coins of underlying u as lots. */
export const lots = (u: number, coins: number): bigint => BigInt(Math.round(coins * lotsPerCoin(u)));
export const coins = (u: number, size: bigint): number => Number(size) / lotsPerCoin(u);
/** Dollars per coin as (1e-6 quote per lot) * 2^shift; options and scenario values use it too. */
export const priceAt = (u: number, dollarsPerCoin: number, shift: number = Number(PRICE_SHIFT)): bigint =>
  BigInt(Math.round(((dollarsPerCoin * MICRO) / lotsPerCoin(u)) * 2 ** shift));
export const dollarsPerCoin = (u: number, price: bigint): number => (Number(price) / 2 ** Number(PRICE_SHIFT) / MICRO) * lotsPerCoin(u);
