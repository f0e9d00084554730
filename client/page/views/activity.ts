// What the venue reports about its recent batches. Nothing here is proven, and the card says so; only the mark of a covered batch is the page's own.
import type { Activity } from "../../../core/publication/files.js";
import { lineChart } from "../charts/line.js";
import { type Child, h, put, type View } from "../dom.js";
import { count, duration, minute, plural } from "../format.js";
import { card, details, facts, proven, reported, table } from "./parts.js";

export interface ActivityModel {
  readonly activity: Activity | undefined;
  /** The head that this browser has proven. */
  readonly head: { readonly batchNumber: number; readonly root: bigint } | undefined;
  /** The trust root's batch, from which on certificates are checked. */
  readonly from: number;
}

type Batch = Activity["batches"][number];
const SHOWN = 60;
const IN_TABLE = 12;

const slots = ({ transitions }: Batch): number =>
  Object.entries(transitions).reduce((sum, [kind, n]) => (kind === "noop" ? sum : sum + n), 0);
const proving = ({ executeMs, witnessMs, proveMs, verifyMs }: Batch): number => executeMs + witnessMs + proveMs + verifyMs;
const latency = ({ time, publishedAt }: Batch): number => Math.max(0, publishedAt - time);
const WORDS: ReadonlyMap<string, string> = new Map([
  ["withdraw", "withdrawal"],
  ["liquidate", "liquidation"],
  ["cancel", "mass cancel"],
  ["setKey", "key change"],
]);
const kinds = ({ transitions }: Batch): string =>
  Object.entries(transitions)
    .filter(([kind, n]) => n > 0 && kind !== "noop")
    .sort(([, a], [, b]) => b - a)
    .map(([kind, n]) => plural(n, WORDS.get(kind) ?? kind))
    .join(", ");

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Transitions over seconds, in the unit that gives a number people can read. */
function rate(transitions: number, seconds: number): readonly [name: string, value: string] {
  const units = [
    ["a second", 1],
    ["a minute", 60],
    ["an hour", 3600],
  ] as const;
  const [unit, length] = units.find(([, length]) => (transitions * length) / seconds >= 1) ?? units[2];
  return [`Transitions ${unit}`, seconds > 0 ? ((transitions * length) / seconds).toFixed(1) : "too few batches"];
}

function summary(batches: readonly Batch[]): HTMLElement {
  const total = batches.reduce((sum, batch) => sum + slots(batch), 0);
  const [first, last] = [batches[0], batches.at(-1)];
  const seconds = first === undefined || last === undefined ? 0 : last.publishedAt - first.publishedAt;
  const after = total - (first === undefined ? 0 : slots(first));
  return facts([
    ["Batches", count(batches.length)],
    ["Transitions", count(total)],
    rate(after, seconds),
    ["From prices to publication", `${count(median(batches.map(latency)))} s (median)`],
    ["Work for one batch", `${duration(median(batches.map(proving)))} (median)`],
  ]);
}

function coverage({ batchNumber, root }: Batch, { head, from }: ActivityModel): Child {
  if (head === undefined || batchNumber > head.batchNumber) return "not yet";
  if (batchNumber <= from) return "before the trust root";
  return batchNumber === head.batchNumber && root !== head.root ? "another state than the proven one" : proven("covered");
}

function rows(batches: readonly Batch[], model: ActivityModel) {
  return batches.toReversed().map((batch) => {
    return [
      count(batch.batchNumber),
      minute(batch.time),
      kinds(batch) || "nothing",
      duration(batch.proveMs),
      `${count(latency(batch))} s`,
      coverage(batch, model),
    ];
  });
}

const COLUMNS = [
  { title: "Batch" },
  { title: "Its prices, UTC" },
  { title: "Transitions" },
  { title: "Proving", numeric: true },
  { title: "Until published", numeric: true },
  { title: "Certificate checked here" },
];

/** Charts and a table; an empty or missing report shows one sentence. Undefined shows nothing: there is no proven state. */
export function activityView(): View<ActivityModel | undefined> {
  const volume = lineChart("Transitions in a batch");
  const wait = lineChart("From prices to publication");
  const work = lineChart("Work for a batch");
  const figures = h("div", {});
  const list = h("div", {});
  const nothing = h("p", {});
  const charts = h("div", { class: "plots" }, volume.element, wait.element, work.element);
  const intro = "The venue's own account of its work. No proof says how long something took.";
  const element = card(
    { id: "activity", title: "Throughput and latency", mark: reported(), intro, class: "card-reported" },
    nothing,
    figures,
    charts,
    list,
  );
  return {
    element,
    update(model) {
      element.hidden = model === undefined;
      if (model === undefined) return put(list);
      const batches = model.activity?.batches.slice(-SHOWN) ?? [];
      charts.hidden = batches.length === 0;
      put(nothing, batches.length === 0 && "The venue reports nothing.");
      put(figures, batches.length > 0 && summary(batches));
      const x = batches.map((batch) => batch.batchNumber);
      volume.update({ x, y: batches.map(slots), colour: "--chart-1", bars: true, format: (n) => `${n}` });
      wait.update({ x, y: batches.map(latency), colour: "--chart-2", format: (n) => `${n} s` });
      work.update({ x, y: batches.map(proving), colour: "--chart-3", format: duration });
      put(
        list,
        batches.length > 0 &&
          table(`The newest ${Math.min(IN_TABLE, batches.length)} batches`, COLUMNS, rows(batches.slice(-IN_TABLE), model)),
        batches.length > IN_TABLE &&
          details(`All ${batches.length} in the charts`, table("Batches in the charts", COLUMNS, rows(batches, model))),
      );
    },
  };
}
