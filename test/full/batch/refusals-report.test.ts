// The price report: docs/rules.md section 4, every refusal from both sides.
import { beforeAll, describe, expect, it } from "vitest";
import { priceHash } from "../../../ledger/prices.js";
import type { RefusalCode } from "../../../ledger/refusal.js";
import type { PriceReport } from "../../../ledger/types.js";
import { batchWitness } from "../../../ledger/witness.js";
import type { StateReader } from "../../../ledger/world.js";
import { type Bench, expectReportImpossible, type Place, tinyBench } from "../../helpers/agreement.js";
import { TINY } from "../../helpers/batch-circuit.js";
import { expectSatisfied } from "../../helpers/circuit.js";
import { basePrices, committeeKey, LEDGER_ID, price, START, signedReport } from "../../helpers/ledger-fixtures.js";
import { type Prices, type SceneOptions, stateOf } from "../../helpers/scene.js";

const BEFORE = START - 100n;
const OLD_FUNDING = [7n << 20n, -(7n << 20n)];
const OLD_SQUARES = [1_000n, 2_000n];

/** A state of 100 seconds before START with integrals that have moved. */
const stateBefore = (over: SceneOptions = {}): StateReader =>
  stateOf(
    {
      ...over,
      meta: { timestamp: BEFORE, ...over.meta },
      markets: { fundingIntegral: OLD_FUNDING, squaredReturnIntegral: OLD_SQUARES, ...over.markets },
    },
    [0n, 0n],
  );
const state = stateBefore();
/** The committee's report at START, with funding and squares as they were unless told otherwise. */
const reportOf = (over: Prices = {}, signing = {}) =>
  signedReport({ fundingIntegral: OLD_FUNDING, squaredReturnIntegral: OLD_SQUARES, ...over }, signing);

interface Case {
  readonly code: RefusalCode;
  readonly place: Place;
  readonly refused: readonly [StateReader, PriceReport];
  readonly accepted?: readonly [StateReader, PriceReport];
}

const report = (part: string) => ({ template: /PriceReport/, wire: new RegExp(`^main\\.report\\.${part}`) });
const signers = { template: /PriceReport/, wire: /^main\.signer/ };
const word = (code: RefusalCode, place: Place, over: (x: bigint) => Prices, no: bigint, yes: bigint): Case => ({
  code,
  place,
  refused: [state, reportOf(over(no))],
  accepted: [state, reportOf(over(yes))],
});
const top = (bits: number) => (1n << BigInt(bits)) - 1n;
const first = (x: bigint, rest: readonly bigint[]) => [x, ...rest.slice(1)];
const { optionMark, scenario } = basePrices();
/** A state whose cap is out of the way: 2^32 - 1 per second, and an index near its top. */
const swift = (fundingIntegral: readonly bigint[]) =>
  stateBefore({ config: { fundingCap: [top(32), top(32)] }, markets: { fundingIntegral } });
const dear = [top(56), top(56)];

/** fundingCap * index * 100 s / 2^16: the largest step of the integral. */
const STEP = ((1n << 22n) * price(50_000) * 100n) >> 16n;

/** Two signatures by whom one likes, in whatever order. */
const signedBy = (signers: readonly [number, number], keys: readonly [number, number] = signers): PriceReport => {
  const unsigned = reportOf();
  const hash = priceHash(LEDGER_ID, unsigned);
  return { ...unsigned, signatures: signers.map((signer, i) => ({ signer, signature: committeeKey(keys[i] ?? 0).sign(hash) })) };
};
const again = (time: bigint, mark = price(50_000)): readonly [StateReader, PriceReport] => {
  const told = reportOf({ time: BEFORE });
  const state = stateBefore({ markets: { priceHash: priceHash(LEDGER_ID, told) } });
  return [state, reportOf({ time, perpMark: first(mark, told.perpMark) })];
};

const cases: Record<string, Case> = {
  "an index of 2^56 | 2^56 - 1": word(
    "REPORT_OUT_OF_RANGE",
    report("spotRisk"),
    (x) => ({ index: first(x, dear), perpMark: dear }),
    1n << 56n,
    top(56),
  ),
  "an index of 0 | of 1": word(
    "REPORT_OUT_OF_RANGE",
    report("positive\\[0\\]"),
    (x) => ({ index: first(x, dear), perpMark: dear }),
    0n,
    1n,
  ),
  "a mark of 2^56 | 2^56 - 1": word("REPORT_OUT_OF_RANGE", report("perpRisk"), (x) => ({ perpMark: first(x, dear) }), 1n << 56n, top(56)),
  "a mark of 0 | of 1": word("REPORT_OUT_OF_RANGE", report("positive\\[2\\]"), (x) => ({ perpMark: first(x, dear) }), 0n, 1n),
  "an option mark of 2^56 | 2^56 - 1": word(
    "REPORT_OUT_OF_RANGE",
    report("optionRisk"),
    (x) => ({ optionMark: first(x, optionMark), scenario }),
    1n << 56n,
    top(56),
  ),
  "a scenario value of 2^40 | 2^40 - 1": word(
    "REPORT_OUT_OF_RANGE",
    report("valueRange"),
    (x) => ({ scenario: [first(x, scenario[0] ?? []), ...scenario.slice(1)] }),
    1n << 40n,
    top(40),
  ),
  "time 2^40 | 2^40 - 1": word("REPORT_OUT_OF_RANGE", report("timeRange"), (time) => ({ time }), 1n << 40n, top(40)),
  "squares of 2^88 | 2^88 - 1": word(
    "REPORT_OUT_OF_RANGE",
    report("risingTop"),
    (x) => ({ squaredReturnIntegral: first(x, OLD_SQUARES) }),
    1n << 88n,
    top(88),
  ),
  "funding of 2^87 | 2^87 - 1": {
    code: "REPORT_OUT_OF_RANGE",
    place: report("fundingRange"),
    refused: [swift([top(87), 0n]), reportOf({ index: dear, fundingIntegral: [1n << 87n, 0n] })],
    accepted: [swift([top(87), 0n]), reportOf({ index: dear, fundingIntegral: [top(87), 0n] })],
  },
  "funding of -2^87 - 1": {
    code: "REPORT_OUT_OF_RANGE",
    place: { ...report("fundingRange"), also: /perpIndexRange/ },
    refused: [swift([-(1n << 87n), 0n]), reportOf({ index: dear, fundingIntegral: [-(1n << 87n) - 1n, 0n] })],
  },
  "a perpetual index of 2^87 | 2^87 - 1": (() => {
    const funding = (1n << 24n) - (1n << 87n);
    const at = (x: bigint): readonly [StateReader, PriceReport] => [
      swift([funding, 0n]),
      reportOf({ index: dear, perpMark: [1n, 1n], fundingIntegral: [x, 0n] }),
    ];
    return { code: "REPORT_OUT_OF_RANGE", place: report("perpIndexRange"), refused: at(funding), accepted: at(funding + 1n) };
  })(),
  "the same signer twice": { code: "REPORT_UNSIGNED", place: signers, refused: [state, signedBy([1, 1])] },
  "signers in falling order": { code: "REPORT_UNSIGNED", place: signers, refused: [state, signedBy([2, 0])] },
  "a signer outside the committee": {
    code: "REPORT_UNSIGNED",
    place: { template: /OneHot/, wire: /^main\.report\.(who|signature\[1\])/ },
    refused: [state, signedBy([1, 3])],
  },
  "one key for two members": {
    code: "REPORT_UNSIGNED",
    place: { template: /EdDSAVerify/, wire: /^main\.report\.signature\[1\]/ },
    refused: [state, signedBy([0, 1], [0, 0])],
  },
  "a first signature of somebody else": {
    code: "REPORT_UNSIGNED",
    place: { template: /EdDSAVerify/, wire: /^main\.report\.signature\[0\]/ },
    refused: [state, signedBy([0, 1], [2, 1])],
    accepted: [state, signedBy([1, 2])],
  },
  "signatures for another ledger": {
    code: "REPORT_UNSIGNED",
    place: { template: /EdDSAVerify/, wire: /^main\.report\.signature/ },
    refused: [state, reportOf({}, { ledgerId: LEDGER_ID + 1n })],
    accepted: [state, reportOf({}, { signers: [0, 2] })],
  },
  "a second before the state | a second after": word(
    "REPORT_STALE",
    { ...report("forward"), also: /report\.(up|down)/ },
    (time) => ({ time }),
    BEFORE - 1n,
    BEFORE + 1n,
  ),
  "another report at the state's time | the state's own again": {
    code: "REPORT_CONFLICT",
    place: report("same"),
    refused: again(BEFORE, price(50_001)),
    accepted: again(BEFORE),
  },
  "funding one step too high | the highest step": word(
    "FUNDING_TOO_FAST",
    report("up"),
    (x) => ({ fundingIntegral: first((OLD_FUNDING[0] ?? 0n) + x, OLD_FUNDING) }),
    STEP + 1n,
    STEP,
  ),
  "funding one step too low | the lowest step": word(
    "FUNDING_TOO_FAST",
    report("down"),
    (x) => ({ fundingIntegral: first((OLD_FUNDING[0] ?? 0n) - x, OLD_FUNDING) }),
    STEP + 1n,
    STEP,
  ),
  "squares that fall | that stay": word(
    "SQUARED_RETURN_FALLS",
    report("rising"),
    (x) => ({ squaredReturnIntegral: first(x, OLD_SQUARES) }),
    999n,
    1_000n,
  ),
};

/** The codes that this file is responsible for. */
const reportCodes: ReadonlySet<RefusalCode> = new Set(Object.values(cases).map(({ code }) => code));

describe("reports", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await tinyBench();
  });
  for (const [name, { code, place, refused, accepted }] of Object.entries(cases)) {
    it(`${code}: ${name}`, async () => {
      await expectReportImpossible(bench, ...refused, code, place);
      if (accepted === undefined) return;
      const [state, told] = accepted;
      await expectSatisfied(bench.circuit, batchWitness(state, { report: told, transitions: [] }, TINY).input);
    });
  }

  it("cover every refusal of a report", () => {
    const all: readonly RefusalCode[] = [
      "REPORT_OUT_OF_RANGE",
      "REPORT_UNSIGNED",
      "REPORT_STALE",
      "REPORT_CONFLICT",
      "FUNDING_TOO_FAST",
      "SQUARED_RETURN_FALLS",
    ];
    expect([...reportCodes].sort()).toEqual([...all].sort());
  });
});
