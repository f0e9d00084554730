import { describe, expect, it } from "vitest";
import { poseidon } from "../../../core/poseidon.js";
import { priceHash, reportWords } from "../../../ledger/prices.js";
import type { RefusalCode } from "../../../ledger/refusal.js";
import { acceptReport } from "../../../ledger/report.js";
import type { Header, PriceReport } from "../../../ledger/types.js";
import { basePrices, committeeKey, emptyVenue, LEDGER_ID, price, START, signedReport, testConfig } from "../../helpers/ledger-fixtures.js";

const genesis = emptyVenue().header;
const accept = (header: Header, report: PriceReport) => {
  const result = acceptReport(header, report);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  return result.value;
};
const refuse = (report: PriceReport, code: RefusalCode, header = genesis) => {
  const result = acceptReport(header, report);
  expect(result.ok ? "accepted" : result.refusal.code).toBe(code);
};
const opened = accept(genesis, signedReport()).header;

describe("price report", () => {
  it("packs 36 words, six scenario values a word, and hashes them in three steps", () => {
    const report = basePrices({ fundingIntegral: [-3n, 4n] });
    const words = reportWords(report);
    expect(words).toHaveLength(36);
    expect(words[0]).toBe(START);
    expect(words[13]).toBe(-3n);
    const flat = report.scenario.flat();
    expect(words[17]).toBe(flat.slice(0, 6).reduce((sum, value, i) => sum + (value << BigInt(40 * i)), 0n));
    expect(words[35]).toBe(flat.slice(108).reduce((sum, value, i) => sum + (value << BigInt(40 * i)), 0n));
    const h0 = poseidon([1n, LEDGER_ID, ...words.slice(0, 14)]);
    expect(priceHash(LEDGER_ID, report)).toBe(poseidon([poseidon([h0, ...words.slice(14, 29)]), ...words.slice(29)]));
  });

  it("derives the prices of a batch", () => {
    const config = testConfig();
    const { prices, header } = accept(
      genesis,
      signedReport({ index: [price(50_000) + 1n, price(30_000)], perpMark: [price(50_001), price(30_000)] }),
    );
    expect(prices.collateralPrice[0]).toBe(((price(50_000) + 1n) * (65_536n - (config.haircut[0] ?? 0n))) / 65_536n);
    expect(prices.perpIndex[0]).toBe(price(50_001) << 24n);
    expect(prices.under[0]).toBe(50_000n << 8n);
    expect(prices.ref[2]).toBe(50_001n << 8n);
    expect(header.meta.timestamp).toBe(START);
    expect(header.markets.priceHash).toBe(prices.priceHash);
  });

  it("refuses words outside their width", () => {
    const bad: Partial<PriceReport>[] = [
      { time: 1n << 40n },
      { index: [0n, 1n] },
      { index: [1n << 56n, 1n] },
      { index: [price(1)] },
      { perpMark: [0n, 1n] },
      { optionMark: basePrices().optionMark.with(0, 1n << 56n) },
      { optionMark: basePrices().optionMark.with(0, -1n) },
      { fundingIntegral: [1n << 87n, 0n] },
      { fundingIntegral: [-(1n << 87n) - 1n, 0n] },
      { squaredReturnIntegral: [-1n, 0n] },
      { squaredReturnIntegral: [1n << 88n, 0n] },
      { scenario: basePrices().scenario.map((row) => row.with(13, 1n << 40n)) },
      { scenario: basePrices().scenario.slice(1) },
    ];
    for (const change of bad) refuse({ ...signedReport(), ...change }, "REPORT_OUT_OF_RANGE");
  });

  it("refuses everything but two different members in rising order", () => {
    const good = signedReport();
    const [first, second] = good.signatures;
    if (first === undefined || second === undefined) throw new Error("two signatures");
    refuse({ ...good, signatures: [first] }, "REPORT_UNSIGNED");
    refuse({ ...good, signatures: [first, first] }, "REPORT_UNSIGNED");
    refuse({ ...good, signatures: [second, first] }, "REPORT_UNSIGNED");
    refuse({ ...good, signatures: [first, { ...second, signature: first.signature }] }, "REPORT_UNSIGNED");
    refuse({ ...good, signatures: [first, { signer: 3, signature: committeeKey(3).sign(priceHash(LEDGER_ID, good)) }] }, "REPORT_UNSIGNED");
    refuse({ ...good, time: good.time + 1n }, "REPORT_UNSIGNED");
    refuse(signedReport({}, { ledgerId: LEDGER_ID + 1n }), "REPORT_UNSIGNED");
    refuse(signedReport({}, { signers: [0, 1, 2] }), "REPORT_UNSIGNED");
    for (const signers of [
      [0, 1],
      [0, 2],
      [1, 2],
    ])
      accept(genesis, signedReport({}, { signers }));
  });

  it("never runs backwards, and at equal time is the same report", () => {
    refuse(signedReport({ time: START - 1n }), "REPORT_STALE", opened);
    accept(opened, signedReport());
    accept(opened, signedReport({}, { signers: [1, 2] }));
    refuse(signedReport({ optionMark: basePrices().optionMark.with(0, 0n) }), "REPORT_CONFLICT", opened);
    refuse(signedReport({ time: 0n }), "REPORT_CONFLICT");
  });

  it("caps funding by rate, new index and elapsed time, both ways", () => {
    const cap = testConfig().fundingCap[0] ?? 0n;
    const most = (cap * price(50_000) * 10n) >> 16n;
    const later = (funding: bigint) => signedReport({ time: START + 10n, fundingIntegral: [funding, 0n] });
    accept(opened, later(most));
    accept(opened, later(-most));
    refuse(later(most + 1n), "FUNDING_TOO_FAST", opened);
    refuse(later(-most - 1n), "FUNDING_TOO_FAST", opened);
  });

  it("never lets the squared return fall", () => {
    const header = accept(genesis, signedReport({ squaredReturnIntegral: [5n, 5n] })).header;
    accept(header, signedReport({ time: START + 1n, squaredReturnIntegral: [5n, 6n] }));
    refuse(signedReport({ time: START + 1n, squaredReturnIntegral: [4n, 6n] }), "SQUARED_RETURN_FALLS", header);
  });
});
