// The price report: docs/rules.md section 4.
import { verify } from "../core/eddsa.js";
import { BITS, K, QUORUM, SCENARIOS, U } from "./constants.js";
import { derivePrices, type Prices, perpIndices, priceHash } from "./prices.js";
import { fits, fitsSigned } from "./range.js";
import { accepted, type Refused, type Result, refused } from "./refusal.js";
import type { Header, PriceReport } from "./types.js";

type Check = readonly [name: string, values: readonly bigint[], count: number, ok: (x: bigint) => boolean];

const isPrice = (x: bigint) => fits(x, BITS.price);
const isPositivePrice = (x: bigint) => x > 0n && isPrice(x);
const isIndex = (x: bigint) => fitsSigned(x, BITS.index);

function rangeRefusal(r: PriceReport): Refused | undefined {
  const checks: readonly Check[] = [
    ["time", [r.time], 1, (x) => fits(x, BITS.time)],
    ["index", r.index, U, isPositivePrice],
    ["perpMark", r.perpMark, U, isPositivePrice],
    ["optionMark", r.optionMark, K, isPrice],
    ["fundingIntegral", r.fundingIntegral, U, isIndex],
    ["squaredReturnIntegral", r.squaredReturnIntegral, U, (x) => fits(x, BITS.index)],
    ["perpIndex", perpIndices(r), U, isIndex],
    ["scenario", r.scenario.flat(), K * SCENARIOS, (x) => fits(x, BITS.riskPrice)],
  ];
  for (const [name, values, count, ok] of checks) {
    if (values.length !== count) return refused("REPORT_OUT_OF_RANGE", `${count} values of ${name}`, values.length);
    const wrong = values.find((x) => !ok(x));
    if (wrong !== undefined) return refused("REPORT_OUT_OF_RANGE", `${name} in its width`, wrong);
  }
  if (r.scenario.some((row) => row.length !== SCENARIOS))
    return refused("REPORT_OUT_OF_RANGE", `rows of ${SCENARIOS} values`, "another shape");
  return undefined;
}

function signatureRefusal(header: Header, r: PriceReport, hash: bigint): Refused | undefined {
  const signers = r.signatures.map((s) => s.signer);
  const rising = signers.every((signer, i) => i === 0 || signer > (signers[i - 1] ?? 0));
  if (signers.length !== QUORUM || !rising) return refused("REPORT_UNSIGNED", `${QUORUM} signers in rising order`, signers.join(", "));
  for (const { signer, signature } of r.signatures) {
    const key = header.markets.committee[signer];
    if (key === undefined || !verify(key, hash, signature)) return refused("REPORT_UNSIGNED", "a committee member's signature", signer);
  }
  return undefined;
}

function sequenceRefusal(header: Header, r: PriceReport, hash: bigint): Refused | undefined {
  const { timestamp } = header.meta;
  if (r.time < timestamp) return refused("REPORT_STALE", `time >= ${timestamp}`, r.time);
  if (r.time === timestamp && hash !== header.markets.priceHash) {
    return refused("REPORT_CONFLICT", `the report ${header.markets.priceHash}`, hash);
  }
  for (let u = 0; u < U; u++) {
    const moved = (r.fundingIntegral[u] ?? 0n) - (header.markets.fundingIntegral[u] ?? 0n);
    const size = moved < 0n ? -moved : moved;
    const most = (header.markets.config.fundingCap[u] ?? 0n) * (r.index[u] ?? 0n) * (r.time - timestamp);
    // 89 + 16 bits against 32 + 56 + 40 bits
    if (size << 16n > most) return refused("FUNDING_TOO_FAST", `at most ${most >> 16n} for underlying ${u}`, size);
    const before = header.markets.squaredReturnIntegral[u] ?? 0n;
    const after = r.squaredReturnIntegral[u] ?? 0n;
    if (after < before) return refused("SQUARED_RETURN_FALLS", `at least ${before} for underlying ${u}`, after);
  }
  return undefined;
}

/** The header after a report, and the prices that a batch works with. */
export interface Opening {
  readonly header: Header;
  readonly prices: Prices;
}

/** Accepts a report for the next batch or says why not. `checkSignatures` false is for the long random runs of the tests only. */
export function acceptReport(header: Header, r: PriceReport, checkSignatures = true): Result<Opening> {
  const outOfRange = rangeRefusal(r);
  if (outOfRange !== undefined) return outOfRange;
  const hash = priceHash(header.meta.ledgerId, r);
  const bad = (checkSignatures ? signatureRefusal(header, r, hash) : undefined) ?? sequenceRefusal(header, r, hash);
  if (bad !== undefined) return bad;
  const { fundingIntegral, squaredReturnIntegral } = r;
  return accepted({
    header: {
      ...header,
      markets: { ...header.markets, priceHash: hash, fundingIntegral, squaredReturnIntegral },
      meta: { ...header.meta, timestamp: r.time },
    },
    prices: derivePrices(r, hash, header.markets.config),
  });
}
