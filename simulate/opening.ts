// How every batch of a simulation begins: bad reports are turned away, then the committee's report opens it.
import type { PriceReport } from "../ledger/types.js";
import { makeReport } from "./committee.js";
import type { PricePoint } from "./price-path.js";
import type { Venue } from "./venue.js";
import type { SimulatedVenue } from "./venue-genesis.js";

export interface Opened {
  readonly point: PricePoint;
  readonly report: PriceReport;
}

/** Opens the next batch at a point of the path; `forge` also sends reports that the ledger must refuse. */
export function openBatch(venue: Venue, setting: SimulatedVenue, point: PricePoint, last: Opened | undefined, forge: boolean): Opened {
  const report = makeReport(setting, point, last);
  if (forge) {
    venue.open({ ...report, signatures: report.signatures.slice(0, 1) }, "a price report with one signature");
    venue.open({ ...report, index: report.index.map((price) => price / 2n) }, "a price report changed after signing");
    if (last !== undefined) {
      const stale = makeReport(setting, { ...last.point, time: last.point.time - 60 });
      venue.open(stale, "a price report from the past");
    }
  }
  venue.open(report, "the committee's report");
  return { point, report };
}
