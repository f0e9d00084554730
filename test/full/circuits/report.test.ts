// The price report on its own: the prices that a batch works with follow from the words and nothing else.
import { describe, it } from "vitest";
import { reportWords } from "../../../ledger/prices.js";
import { pricesBus } from "../../helpers/buses.js";
import { type Circuit, expectSatisfied, type Input, loadCircuit } from "../../helpers/circuit.js";
import { LEDGER_ID, signedReport } from "../../helpers/ledger-fixtures.js";
import { rngOf } from "../../helpers/random-run.js";
import { type Prices, scene } from "../../helpers/scene.js";
import { expectRigid } from "../gadgets/rigid.js";
import { type Market, randomMarket } from "./portfolios.js";

const flat = (name: string, value: Input[string]): [string, bigint][] =>
  typeof value === "object" ? value.flatMap((x, i) => flat(`${name}[${i}]`, x)) : [[name, BigInt(value)]];

/** The report that makes a market, over a state of genesis. */
function inputOf({ prices, config }: Market): Input {
  const words: Prices = { index: prices.index, perpMark: prices.perpMark, optionMark: prices.optionMark, scenario: prices.scenario };
  const report = signedReport(words, { signers: [0, 2] });
  const { markets } = scene().state.header;
  return {
    ledgerId: LEDGER_ID,
    timestamp: 0n,
    oldPriceHash: 0n,
    oldFundingIntegral: markets.fundingIntegral,
    oldSquaredReturnIntegral: markets.squaredReturnIntegral,
    haircut: config.haircut,
    shock: config.shock,
    fundingCap: config.fundingCap,
    phi: config.phi,
    committee: markets.committee.map((key) => [key.ax, key.ay]),
    time: report.time,
    index: report.index,
    perpMark: report.perpMark,
    optionMark: report.optionMark,
    fundingIntegral: report.fundingIntegral,
    squaredReturnIntegral: report.squaredReturnIntegral,
    scenario: report.scenario,
    signer: report.signatures.map(({ signer }) => BigInt(signer)),
    R8: report.signatures.map(({ signature }) => [signature.r8x, signature.r8y]),
    S: report.signatures.map(({ signature }) => signature.s),
  };
}

describe("PriceReport", () => {
  it("derives every price by the rules, for every shock", async () => {
    const handedOn = ["time", "index", "perpMark", "optionMark"];
    const circuit: Circuit = await loadCircuit({ main: "PriceReport()", include: ["report.circom"], public: handedOn });
    const rng = rngOf(3);
    for (let i = 0; i < 6; i++) {
      const market = randomMarket(rng);
      const prices = Object.fromEntries(
        Object.entries(pricesBus("main.prices", market.prices, market.config)).flatMap(([name, value]) => flat(name, value)),
      );
      const input = inputOf(market);
      const words = reportWords({ ...market.prices, fundingIntegral: [0n, 0n], squaredReturnIntegral: [0n, 0n] });
      const packed = Object.fromEntries(words.slice(17).map((word, k) => [`main.words[${17 + k}]`, word]));
      const w = await expectSatisfied(circuit, input, { "main.priceHash": market.prices.priceHash, ...prices });
      // words that are sums of signals have no wire of their own
      for (const [name, word] of Object.entries(packed)) {
        const wire = circuit.symbols.all().get(name);
        if (wire !== undefined && w[wire] !== word) throw new Error(`${name} is ${w[wire]}, expected ${word}`);
      }
      if (i < 2) expectRigid(circuit, w, /hint|step.*inverse|same\.inverse/);
    }
  });
});
