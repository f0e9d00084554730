// The certificates from the trusted state to the head, drawn and as a list.
import { type Arc, arcs } from "../charts/arcs.js";
import { h, put, type View } from "../dom.js";
import { count, duration, plural, size } from "../format.js";
import { details, table } from "./parts.js";

export interface Link extends Arc {
  /** Length of the certificate and the time that its check took, ms; not known for what was kept. */
  readonly bytes?: number;
  readonly ms?: number;
}

const IN_TABLE = 200;
const rangeText = ({ from, to }: Arc): string => (to - from === 1 ? count(to) : `${count(from + 1)} to ${count(to)}`);

const rows = (links: readonly Link[]) =>
  links.map((link) => [
    rangeText(link),
    link.kind === "checked" ? "fetched and checked" : "kept by this browser, checked again",
    link.bytes === undefined ? "" : size(link.bytes),
    link.ms === undefined ? "" : duration(link.ms),
  ]);

const summaryOf = (links: readonly Link[]): string => {
  const checked = links.filter((link) => link.kind === "checked");
  const batches = checked.reduce((sum, { from, to }) => sum + to - from, 0);
  const now = `${plural(checked.length, "certificate")} over ${plural(batches, "batch", "batches")}`;
  const kept = links.find((link) => link.kind === "kept");
  if (kept === undefined) return now;
  const earlier = `${plural(kept.to - kept.from, "batch", "batches")} that this browser had kept, checked again`;
  return checked.length === 0 ? earlier : `${earlier}; then ${now}`;
};

/** Draws itself again when its width changes. */
export function chainView(): View<readonly Link[]> {
  const drawing = h("div", { class: "chain-drawing" });
  const summary = h("p", { class: "chain-summary" });
  const list = h("div", { class: "chain-list" });
  let links: readonly Link[] = [];
  const draw = () => {
    const width = Math.floor(drawing.clientWidth);
    if (width > 0 && links.length > 0) put(drawing, arcs(links, width));
    else put(drawing);
  };
  new ResizeObserver(draw).observe(drawing);
  return {
    element: h("div", { class: "chain" }, drawing, summary, list),
    update(next) {
      links = next;
      draw();
      put(summary, next.length === 0 ? "" : `From the trusted state to the head: ${summaryOf(next)}.`);
      const columns = [
        { title: "Batches" },
        { title: "Checked" },
        { title: "Certificate", numeric: true },
        { title: "Time", numeric: true },
      ];
      const newest = rows(next.slice(-IN_TABLE)).toReversed();
      const caption =
        next.length > IN_TABLE ? `The newest ${IN_TABLE} of ${count(next.length)} certificates` : "Certificates, the newest first";
      put(list, next.length > 0 && details("The certificates as a table", table(caption, columns, newest)));
    },
  };
}
