// Where the constraints go: compiles the parts alone and prints the table of circuits/README.md. `npm run bench:circuits -- --write`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CIRCUITS_DIR, INSTANCES, mainCircom } from "../circuits/instances.js";
import { compileCircuit } from "../prover/artifacts.js";
import { counts, readR1cs } from "../test/helpers/r1cs.js";

interface Cost {
  readonly nonLinear: number;
  readonly linear: number;
}

const total = ({ nonLinear, linear }: Cost): number => nonLinear + linear;

/** Constraints of one main component, compiled alone at O1. */
async function costOf(name: string, mainText: string): Promise<Cost> {
  const { r1csPath } = await compileCircuit({ name, mainCircom: mainText, includeDirs: [CIRCUITS_DIR] });
  return counts(readR1cs(r1csPath));
}

const alone = (file: string, main: string): Promise<Cost> =>
  costOf(main, `pragma circom 2.2.0;\ninclude "${file}";\ncomponent main = ${main};\n`);

/** The parts of a batch, and how many of each a slot, an opening or a batch has. */
const PARTS: readonly (readonly [part: string, file: string, main: string, of: "slot" | "opening" | "batch", times: number])[] = [
  ["path of 12 levels, old and new", "lib/merkle-update.circom", "TreeUpdates(7, 12)", "opening", 1 / 7],
  ["touch: leaf before, ranges and signs, accrual", "account.circom", "Touch()", "opening", 1],
  ["leaf after", "account.circom", "AccountLeaf()", "opening", 1],
  ["side after: ranges, equity, margin bound above, pass rule", "side.circom", "SideAfter(0)", "slot", 2],
  ["of which the margin bound above (scenario losses)", "margin.circom", "MaintenanceUpper()", "slot", 2],
  ["side before: equity, margin bound below", "side.circom", "SideBefore()", "slot", 2],
  ["signature", "authorise.circom", "Authorised()", "slot", 2],
  ["message", "authorise.circom", "Message()", "slot", 2],
  ["order and its lane", "transitions/trade.circom", "OrderSide(1)", "slot", 2],
  ["liquidation terms", "transitions/liquidate.circom", "Liquidate()", "slot", 1],
  ["liquidation slice", "transitions/liquidate.circom", "Slice()", "slot", 1],
  ["payment", "payment.circom", "Payment()", "slot", 1],
  ["trade: fees, expiry, open interest", "transitions/trade.circom", "TradeMarket()", "slot", 1],
  ["custody and queues", "custody.circom", "Custody()", "slot", 1],
  ["kinds", "kinds.circom", "Kinds()", "slot", 1],
  ["price report", "report.circom", "PriceReport()", "batch", 1],
];

interface Scaling {
  readonly perBatch: number;
  readonly perSlot: number;
  readonly perOpening: number;
  /** Per slot and opening: the register file. */
  readonly perPair: number;
}

/** Solves constraints = perBatch + n perSlot + t perOpening + n t perPair from four small instances. */
async function scaling(nLevels: number): Promise<Scaling> {
  const of = async (nTx: number, nAccounts: number) =>
    total(await costOf(`Batch(${nTx}, ${nAccounts}, ${nLevels})`, mainCircom({ nTx, nAccounts, nLevels })));
  const [a, b, c, d] = [await of(1, 2), await of(2, 2), await of(1, 3), await of(2, 3)];
  const perPair = d - b - c + a;
  const perSlot = b - a - 2 * perPair;
  const perOpening = c - a - perPair;
  return { perPair, perSlot, perOpening, perBatch: a - perSlot - 2 * perOpening - 2 * perPair };
}

async function table(): Promise<string> {
  const n = (x: number) => Math.round(x).toLocaleString("en-US");
  const lines = ["| part | of | constraints | linear among them |", "|---|---|---|---|"];
  for (const [part, file, main, of, times] of PARTS) {
    const cost = await alone(file, main);
    const label = times > 1 ? `${part} (x ${times})` : part;
    lines.push(`| ${label} | ${of} | ${n(total(cost) * times)} | ${n(cost.linear * times)} |`);
  }
  const { perBatch, perSlot, perOpening, perPair } = await scaling(12);
  lines.push(
    "",
    `At 12 levels: constraints = ${n(perBatch)} + ${n(perSlot)} nTx + ${n(perOpening)} nAccounts + ${n(perPair)} nTx nAccounts.`,
    "",
    "| instance | nTx x nAccounts x nLevels | constraints | of 2^n | per batch | per slot |",
    "|---|---|---|---|---|---|",
  );
  for (const { id, nTx, nAccounts, nLevels } of INSTANCES.values()) {
    const all = total(await costOf(id, mainCircom({ nTx, nAccounts, nLevels })));
    const { perBatch: fixed } = nLevels === 12 ? { perBatch } : await scaling(nLevels);
    const power = Math.ceil(Math.log2(all + 3));
    lines.push(
      `| ${id} | ${nTx} x ${nAccounts} x ${nLevels} | ${n(all)} | ${((100 * (all + 3)) / 2 ** power).toFixed(1)} % of 2^${power} | ${n(fixed)} | ${n((all - fixed) / nTx)} |`,
    );
  }
  return lines.join("\n");
}

const README = join(CIRCUITS_DIR, "README.md");
const [BEGIN, END] = ["<!-- cost: begin -->", "<!-- cost: end -->"];
const printed = await table();
process.stdout.write(`${printed}\n`);
if (process.argv.includes("--write")) {
  const text = readFileSync(README, "utf8");
  writeFileSync(README, `${text.slice(0, text.indexOf(BEGIN) + BEGIN.length)}\n${printed}\n${text.slice(text.indexOf(END))}`);
}
