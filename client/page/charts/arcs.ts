// The chain of certificates as arcs over a line of batches: one arc a certificate, from the state it starts at to the state it reaches.
// A certificate of twice as many batches gets one step more room, so that the newest stay visible beside the largest.
import { svg } from "../dom.js";
import { count, plural } from "../format.js";

export interface Arc {
  readonly from: number;
  readonly to: number;
  /** kept: from an earlier visit, verified again from what this browser had kept. */
  readonly kind: "checked" | "kept";
}

interface Drawn extends Arc {
  /** Certificates that it stands for. */
  readonly certificates: number;
}

interface Placed extends Drawn {
  readonly x0: number;
  readonly x1: number;
  readonly height: number;
}

const EDGE = 28;
const TALLEST = 100;
const SHORTEST = 20;
const BELOW = 34;
const TICK_ROOM = 4;
const MAX_TICKS = 64;
const LABEL_ROOM = 36;
const ARC_ROOM = 16;
/** A cubic curve rises to three quarters of its control points. */
const CONTROL = 4 / 3;

const weight = ({ from, to }: Arc): number => 1 + Math.log2(Math.max(1, to - from));

/** The oldest arcs as one, where there are more than fit. */
function fitting(chain: readonly Arc[], width: number): Drawn[] {
  const drawn = chain.map((arc) => ({ ...arc, certificates: 1 }));
  const most = Math.max(1, Math.floor((width - 2 * EDGE) / ARC_ROOM));
  const [first] = drawn;
  if (drawn.length <= most || first === undefined) return drawn;
  const old = drawn.slice(0, drawn.length - most + 1);
  return [{ ...first, to: old.at(-1)?.to ?? first.to, certificates: old.length }, ...drawn.slice(old.length)];
}

function place(arcs: readonly Drawn[], width: number): Placed[] {
  const total = arcs.reduce((sum, arc) => sum + weight(arc), 0);
  const heaviest = Math.max(1, ...arcs.map(weight));
  let x = EDGE;
  return arcs.map((arc) => {
    const x0 = x;
    x += (weight(arc) / total) * (width - 2 * EDGE);
    const height = Math.max(SHORTEST, Math.min(TALLEST * (0.25 + (0.75 * weight(arc)) / heaviest), (x - x0) * 0.7));
    return { ...arc, x0, x1: x, height };
  });
}

function ticks({ from, to, x0, x1 }: Placed): SVGElement[] {
  const parts = Math.min(to - from, MAX_TICKS, Math.floor((x1 - x0) / TICK_ROOM));
  return Array.from({ length: Math.max(0, parts - 1) }, (_, i) => {
    const x = x0 + ((i + 1) / parts) * (x1 - x0);
    return svg("line", { class: "arc-tick", x1: x, x2: x, y1: -3, y2: 3 });
  });
}

function draw(arc: Placed): SVGElement {
  const { from, to, kind, certificates, x0, x1, height } = arc;
  const batches = to - from;
  const what = kind === "kept" ? "kept by this browser" : plural(certificates, "certificate");
  const control = -height * CONTROL;
  return svg(
    "g",
    { class: `arc arc-${kind}` },
    svg("title", {}, `Batches ${count(from + 1)} to ${count(to)}: ${what}`),
    svg("path", { d: `M${x0} 0 C${x0} ${control} ${x1} ${control} ${x1} 0` }),
    ...ticks(arc),
    x1 - x0 > LABEL_ROOM && svg("text", { class: "arc-count", x: (x0 + x1) / 2, y: 18 - height }, count(batches)),
  );
}

/** Labels below the line: the first, the last, and from the right those that do not touch. */
function labels(placed: readonly Placed[]): SVGElement[] {
  const points = [...placed.map(({ x0, from }) => ({ x: x0, n: from })), ...placed.slice(-1).map(({ x1, to }) => ({ x: x1, n: to }))];
  const [first] = points;
  const kept: typeof points = [];
  for (const point of points.toReversed()) {
    const next = kept.at(-1);
    const clear = (other: { x: number } | undefined) => other === undefined || Math.abs(other.x - point.x) > LABEL_ROOM;
    if (point === first || (clear(next) && clear(first))) kept.push(point);
  }
  return kept.map(({ x, n }) => svg("text", { x, y: 24 }, n === 0 ? "genesis" : count(n)));
}

/** The drawing for a width in pixels. The list below it says the same in text. */
export function arcs(chain: readonly Arc[], width: number): SVGSVGElement {
  const placed = place(fitting(chain, width), width);
  const above = Math.max(SHORTEST, ...placed.map(({ height }) => height)) + 8;
  const ends = placed.slice(-1).map(({ x1 }) => x1);
  return svg(
    "svg",
    { class: "arcs", viewBox: `0 ${-above} ${width} ${above + BELOW}`, width, height: above + BELOW, "aria-hidden": "true" },
    svg("line", { class: "arc-base", x1: EDGE, x2: width - EDGE, y1: 0, y2: 0 }),
    ...placed.map(draw),
    ...placed.map(({ x0 }) => svg("circle", { class: "arc-dot", cx: x0, cy: 0, r: 4 })),
    ...ends.map((x) => svg("circle", { class: "arc-head", cx: x, cy: 0, r: 7 })),
    ...labels(placed),
  );
}
