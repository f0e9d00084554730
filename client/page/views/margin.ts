// Margin health: equity against what maintenance and new risk ask for (docs/rules.md section 6), at the prices of the last proven batch.
import type { AccountMargin } from "../../margin.js";
import { type Child, h } from "../dom.js";
import { exact } from "../exact.js";
import { money, moneyExact } from "../format.js";
import { facts } from "./parts.js";

const WORDS = {
  healthy: "Healthy: above initial margin",
  restricted: "Between maintenance and initial margin: may only reduce its risk",
  liquidatable: "Below maintenance: anybody may liquidate it",
} as const;

const moneyOf = (micro: bigint): HTMLElement => exact(money(micro), moneyExact(micro));

function scale({ equity, maintenance, initial, state }: AccountMargin): HTMLElement {
  const top = [equity, initial, maintenance, 1n].reduce((a, b) => (a > b ? a : b));
  const at = (value: bigint) => (value <= 0n ? 0 : Number((value * 9_400n) / top) / 10_000);
  const marker = (kind: string, value: bigint, name: string): Child =>
    h("span", { class: `margin-marker margin-${kind}`, "--at": at(value) }, h("span", { class: "margin-name" }, name));
  const label = `Equity ${money(equity)}, maintenance margin ${money(maintenance)}, initial margin ${money(initial)}. ${WORDS[state]}.`;
  return h(
    "div",
    { class: `margin margin-${state}`, role: "img", "aria-label": label },
    h("span", { class: "margin-track" }, h("span", { class: "margin-fill", "--at": at(equity) })),
    maintenance > 0n && marker("maintenance", maintenance, "maintenance"),
    initial > 0n && marker("initial", initial, "initial"),
  );
}

/** The picture and its numbers. */
export function marginHealth(margin: AccountMargin): HTMLElement {
  const { equity, maintenance, initial, state, health } = margin;
  const times = health === undefined ? "no risk to cover" : `equity is ${health.toFixed(health < 100 ? 2 : 0)} \u00d7 maintenance`;
  return h(
    "div",
    { class: "margin-health" },
    h("p", { class: `margin-words margin-words-${state}` }, WORDS[state], h("span", { class: "margin-times" }, times)),
    scale(margin),
    facts([
      ["Equity", moneyOf(equity)],
      ["Maintenance margin", moneyOf(maintenance)],
      ["Initial margin", moneyOf(initial)],
    ]),
  );
}
