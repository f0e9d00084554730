// The proven state in words: markets, funds, custody. Everything here is opened from a proven root; nothing is a server's word.
import { U } from "../ledger/constants.js";
import type { Header, PublicKey } from "../ledger/types.js";
import { COLUMNS, type Position, pricesByColumn } from "./margin.js";
import { pricesOf, type VerifiedHead } from "./state.js";

/** Which state an answer is about. */
export interface Proven {
  readonly batchNumber: number;
  readonly root: bigint;
  /** Unix seconds. */
  readonly timestamp: number;
}

export interface Underlying {
  readonly underlying: number;
  /** Scale 2^24 of 1e-6 quote per lot; undefined at the genesis. */
  readonly index: bigint | undefined;
  readonly perpMark: bigint | undefined;
  /** Scale 2^48. */
  readonly fundingIntegral: bigint;
  /** Per second, scale 2^40. */
  readonly fundingCap: bigint;
  /** Scale 2^16. */
  readonly haircut: bigint;
  /** Percent. */
  readonly shock: bigint;
  readonly squaredReturnIntegral: bigint;
}

export interface Column {
  readonly column: number;
  readonly kind: Position["kind"];
  readonly underlying: number;
  /** Index of a spot, mark of the others, scale 2^24; undefined at the genesis. */
  readonly price: bigint | undefined;
  /** Scale 1e-4. */
  readonly phi: bigint;
  /** Lots; undefined for spots, which have none. */
  readonly openInterest: bigint | undefined;
  readonly openInterestCap: bigint | undefined;
  /** Options only: terms, and what it was settled at (0: not yet). */
  readonly option?: { readonly call: boolean; readonly strike: bigint; readonly expiry: number; readonly settlementValue: bigint };
}

/** 1e-6 quote. */
export interface Funds {
  readonly insurance: bigint;
  readonly fees: bigint;
  readonly perpetualPool: bigint;
}

export interface VerifiedMarkets extends Proven {
  readonly underlyings: readonly Underlying[];
  readonly columns: readonly Column[];
  readonly funds: Funds;
  /** initialFactor at scale 2^8; discountRate and discountShare at 2^16; bounty and dustEquity in 1e-6 quote. */
  readonly margin: Pick<Header["markets"]["config"], "initialFactor" | "discountRate" | "discountShare" | "bounty" | "dustEquity">;
  readonly committee: readonly PublicKey[];
  readonly governance: readonly PublicKey[];
}

const proven = ({ batchNumber, root, timestamp }: VerifiedHead): Proven => ({ batchNumber, root, timestamp });
const fundsOf = ({ markets: { insurance, fees, perpetualPool } }: Header): Funds => ({ insurance, fees, perpetualPool });
const all = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Markets, prices, funds and parameters of a state. */
export function marketsOf(head: VerifiedHead): VerifiedMarkets {
  const { markets } = head.header;
  const { config } = markets;
  const prices = pricesOf(head);
  const byColumn = prices === undefined ? [] : pricesByColumn(prices);
  const underlyings = all(U, (u) => ({
    underlying: u,
    index: prices?.index[u],
    perpMark: prices?.perpMark[u],
    fundingIntegral: markets.fundingIntegral[u] ?? 0n,
    fundingCap: config.fundingCap[u] ?? 0n,
    haircut: config.haircut[u] ?? 0n,
    shock: config.shock[u] ?? 0n,
    squaredReturnIntegral: markets.squaredReturnIntegral[u] ?? 0n,
  }));
  const optionOf = (k: number) => ({
    call: config.optionCall[k] ?? false,
    strike: config.optionStrike[k] ?? 0n,
    expiry: Number(config.optionExpiry[k] ?? 0n),
    settlementValue: markets.settlementValue[k] ?? 0n,
  });
  const columns = COLUMNS.map(({ column, kind, underlying }) => ({
    column,
    kind,
    underlying,
    price: byColumn[column],
    phi: config.phi[column] ?? 0n,
    openInterest: markets.openInterest[column - U],
    openInterestCap: config.openInterestCap[column - U],
    ...(kind === "option" ? { option: optionOf(column - 2 * U) } : {}),
  }));
  const { initialFactor, discountRate, discountShare, bounty, dustEquity } = config;
  const { committee, governance } = markets;
  const margin = { initialFactor, discountRate, discountShare, bounty, dustEquity };
  return { ...proven(head), underlyings, columns, funds: fundsOf(head.header), margin, committee, governance };
}

/** Quote in 1e-6, spot by underlying in lots. */
export interface Holdings {
  readonly quote: bigint;
  readonly spot: readonly bigint[];
}

export interface ChainCustody extends Holdings {
  readonly chainId: bigint;
  /** 160 bits. */
  readonly address: bigint;
  readonly depositCount: bigint;
  readonly withdrawalCount: bigint;
}

/** What the ledger has counted in and out of each chain, against what it owes. That a contract holds as much is for the chain itself to show. */
export interface VerifiedCustody extends Proven {
  readonly chains: readonly ChainCustody[];
  readonly totals: Holdings;
  /** Every proof keeps both sides equal, so what accounts are owed follows from the totals and the funds. */
  readonly liabilities: { readonly accounts: Holdings; readonly funds: Funds };
}

const ADDRESS_BITS = 160;

/** Custody and liabilities of a state. */
export function custodyOf(head: VerifiedHead): VerifiedCustody {
  const { chains } = head.header;
  const holdings = (custody: readonly bigint[]): Holdings => ({ quote: custody[0] ?? 0n, spot: all(U, (u) => custody[1 + u] ?? 0n) });
  const totals = holdings(all(1 + U, (asset) => chains.reduce((sum, { custody }) => sum + (custody[asset] ?? 0n), 0n)));
  const funds = fundsOf(head.header);
  const owed = totals.quote - funds.insurance - funds.fees - funds.perpetualPool;
  return {
    ...proven(head),
    chains: chains.map(({ contract, custody, depositCount, withdrawalCount }) => ({
      chainId: contract >> BigInt(ADDRESS_BITS),
      address: BigInt.asUintN(ADDRESS_BITS, contract),
      ...holdings(custody),
      depositCount,
      withdrawalCount,
    })),
    totals,
    liabilities: { accounts: { quote: owed, spot: totals.spot }, funds },
  };
}
