// A value by batch on a canvas, by uPlot. Colours come from the style sheet; a table on the page says the same in text.
import uPlot from "uplot";
import { h, type View } from "../dom.js";
import { count } from "../format.js";
import { onThemeChange } from "../theme.js";

export interface LineModel {
  /** Batch numbers. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Name of the custom property that holds the colour. */
  readonly colour: string;
  readonly bars?: boolean;
  /** A value in words. */
  readonly format: (value: number) => string;
}

const HEIGHT = 180;
const ROOM_ABOVE = 1.15;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A colour in the form that canvases know; custom properties may hold light-dark(). */
function resolved(name: string): string {
  const probe = h("span", { "--probe": `var(${name})`, class: "probe", hidden: true });
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color === "" ? colour(name) : color;
}

function seriesOptions({ colour: property, bars, x }: LineModel): uPlot.Series {
  const stroke = resolved(property);
  if (bars !== true || uPlot.paths.bars === undefined) return { stroke, width: 2, points: { show: x.length < 30, size: 6, fill: stroke } };
  return { stroke, fill: stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.62, 36], radius: 0.15 }) };
}

function options(model: LineModel, width: number, tell: (index: number | undefined) => void): uPlot.Options {
  const { x, format } = model;
  const axis: uPlot.Axis = {
    stroke: resolved("--ink-soft"),
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
    incrs: WHOLE_STEPS,
  };
  const [first = 0, last = 0] = [x[0], x.at(-1)];
  return {
    width,
    height: HEIGHT,
    cursor: { y: false, drag: { x: false, y: false }, points: { show: model.bars !== true } },
    scales: {
      x: { time: false, range: () => [first - 0.6, last + 0.6] },
      y: { range: (_, _low, high) => [0, high > 0 ? high * ROOM_ABOVE : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map(count) },
      {
        ...axis,
        grid: { stroke: resolved("--line"), width: 1 },
        size: 58,
        values: (_, ticks) => ticks.map((n) => (n === 0 ? "0" : format(n).replace(/\.0+(?= )/, ""))),
      },
    ],
    series: [{}, seriesOptions(model)],
    legend: { show: false },
    hooks: { setCursor: [(plot) => tell(plot.cursor.idx ?? undefined)] },
  };
}

/** A chart with its title and, beside it, the value under the pointer or else the newest. It follows its width and the page's colours. */
export function lineChart(title: string): View<LineModel> {
  const value = h("span", { class: "plot-value" });
  const box = h("div", { class: "plot", role: "img", "aria-label": `${title}, by batch; the table below has the numbers` });
  const element = h("figure", {}, h("figcaption", {}, title, value), box);
  let model: LineModel | undefined;
  let plot: uPlot | undefined;
  let width = 0;
  const tell = (index: number | undefined) => {
    const at = index ?? (model?.x.length ?? 0) - 1;
    const [x, y] = [model?.x[at], model?.y[at]];
    value.textContent = x === undefined || y === undefined ? "" : `batch ${count(x)}: ${model?.format(y)}`;
  };
  const draw = () => {
    plot?.destroy();
    plot = undefined;
    width = Math.floor(box.clientWidth);
    tell(undefined);
    if (model !== undefined && model.x.length > 0 && width > 0)
      plot = new uPlot(options(model, width, tell), [[...model.x], [...model.y]], box);
  };
  new ResizeObserver(() => Math.floor(box.clientWidth) !== width && draw()).observe(box);
  onThemeChange(draw);
  return {
    element,
    update(next) {
      model = next;
      draw();
    },
  };
}
