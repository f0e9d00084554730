// A simulation's report for people.
import type { SimulationReport } from "../simulate/run.js";
import type { Output } from "./output.js";

const money = (x: number): string => x.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${n} ${name}`)
    .join(", ") || "none";

const BARS = "▁▂▃▄▅▆▇█";

/** Prices as a row of at most 48 bars. */
function sparkline(values: readonly number[]): string {
  const step = Math.max(1, Math.ceil(values.length / 48));
  const shown = values.filter((_, i) => i % step === 0 || i === values.length - 1);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  return shown.map((v) => BARS[high === low ? 0 : Math.round(((v - low) / (high - low)) * (BARS.length - 1))]).join("");
}

function priceLine(name: string, values: readonly number[]): string {
  const lowest = Math.min(...values);
  return `${name} ${money(values[0] ?? 0)} → ${money(values.at(-1) ?? 0)}, lowest ${money(lowest)}  ${sparkline(values)}`;
}

export function simulationLines(report: SimulationReport, paint: Output["paint"], file: string | undefined): string[] {
  const { liquidations, funds } = report;
  const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const row = (name: string, text: string) => `  ${paint("dim", name.padEnd(13))} ${text}`;
  const topUps = liquidations.each.reduce((sum, l) => sum + Number(l.topUp) / 1e6, 0);
  return [
    paint(
      "bold",
      `${report.batches} batches, ${report.accounts} accounts, ${total(report.transitions)} transitions accepted, ${total(report.refusals)} attempts refused`,
    ),
    row(
      "prices",
      priceLine(
        "BTC",
        report.prices.map((p) => p.BTC),
      ),
    ),
    row(
      "",
      priceLine(
        "ETH",
        report.prices.map((p) => p.ETH),
      ),
    ),
    row("accepted", list(report.transitions)),
    row("refused", list(report.refusals)),
    row(
      "liquidations",
      `${liquidations.withoutTopUp} without insurance, ${liquidations.withTopUp} with a top-up of ${money(topUps)} in all`,
    ),
    row(
      "funds",
      `insurance ${money(funds.insurance)}, fees ${money(funds.fees)}, perpetual pool ${money(funds.perpetualPool)}, custody ${money(funds.custody)}`,
    ),
    row("conservation", paint("green", `kept to the last unit, audited after each of ${report.conservation.audits} batches`)),
    ...report.remarks.map((remark) => row("remark", remark)),
    ...(file === undefined ? [] : [row("file", file), row("next", `zkstate prove --batch ${file}`)]),
  ];
}
