// What a simulation yields: the batch file's items and a report with everything that happened.
import type { BatchItem } from "../ledger/codec.js";
import type { RefusalCode } from "../ledger/refusal.js";
import type { PricePoint } from "./price-path.js";
import { dollars } from "./units.js";
import type { Liquidation, RefusedAttempt, Venue } from "./venue.js";

export interface Run {
  readonly venue: Venue;
  readonly path: readonly PricePoint[];
  /** Things worth telling, such as trades of a tape that found no room. */
  readonly remarks: readonly string[];
}

export interface SimulationReport {
  readonly accounts: number;
  readonly batches: number;
  /** Accepted transitions by kind. */
  readonly transitions: Readonly<Record<string, number>>;
  /** Attempts that the ledger refused, by its code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly refusedAttempts: readonly RefusedAttempt[];
  readonly liquidations: { readonly withTopUp: number; readonly withoutTopUp: number; readonly each: readonly Liquidation[] };
  /** Dollars. */
  readonly funds: { readonly insurance: number; readonly fees: number; readonly perpetualPool: number; readonly custody: number };
  /** Dollars per coin, one entry a batch. */
  readonly prices: readonly { readonly time: number; readonly BTC: number; readonly ETH: number }[];
  /** Recomputed over all accounts after every batch; a run that breaks it ends with CONSERVATION_BROKEN. */
  readonly conservation: { readonly audits: number; readonly ok: true };
  readonly remarks: readonly string[];
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isTransition = (item: BatchItem): boolean => item.kind !== "genesis" && item.kind !== "report";

export function reportOf({ venue, path, remarks }: Run): SimulationReport {
  const { markets, chains } = venue.state.header;
  const batches = venue.batch - 1;
  const withTopUp = venue.liquidations.filter((l) => l.topUp > 0n).length;
  return {
    accounts: venue.state.accounts.size,
    batches,
    transitions: tally(venue.items.filter(isTransition).map((item) => item.kind)),
    refusals: tally(venue.refused.map((r): RefusalCode => r.code)),
    refusedAttempts: venue.refused,
    liquidations: { withTopUp, withoutTopUp: venue.liquidations.length - withTopUp, each: venue.liquidations },
    funds: {
      insurance: dollars(markets.insurance),
      fees: dollars(markets.fees),
      perpetualPool: dollars(markets.perpetualPool),
      custody: dollars(chains.reduce((sum, chain) => sum + (chain.custody[0] ?? 0n), 0n)),
    },
    prices: path.map(({ time, spot }) => ({ time, BTC: spot[0] ?? 0, ETH: spot[1] ?? 0 })),
    conservation: { audits: batches, ok: true },
    remarks,
  };
}
