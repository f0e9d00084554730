// Small things that many views use: marks of what is proven and what is only reported, cards, lists of facts, tables.
import { type Child, freshId, h, svg } from "../dom.js";

const tick = () => svg("svg", { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" }, svg("path", { d: "M3 8.5 6.5 12 13 4.5" }));
const quoteMark = () =>
  svg("svg", { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" }, svg("path", { d: "M3 4h10v7H8l-3 2.5V11H3z" }));

/** Follows from proofs that this browser has checked. */
export const proven = (text = "proven"): HTMLElement => h("span", { class: "mark mark-proven" }, tick(), text);
/** The venue says so. */
export const reported = (text = "reported, not proven"): HTMLElement => h("span", { class: "mark mark-reported" }, quoteMark(), text);

export interface CardOptions {
  readonly id: string;
  readonly title: string;
  readonly mark?: HTMLElement;
  /** One or two sentences below the title. */
  readonly intro?: Child;
  readonly class?: string;
}

/** A section with its heading. */
export function card({ id, title, mark, intro, class: more = "" }: CardOptions, ...children: Child[]): HTMLElement {
  const heading = h("h2", { id: `${id}-title` }, title);
  return h(
    "section",
    { id, class: `card ${more}`.trim(), "aria-labelledby": `${id}-title`, tabindex: -1 },
    h("header", { class: "card-head" }, heading, mark),
    intro !== undefined && h("p", { class: "intro" }, intro),
    ...children,
  );
}

/** Names with values. */
export const facts = (entries: readonly (readonly [name: string, value: Child])[], kind = ""): HTMLElement =>
  h("dl", { class: `facts ${kind}`.trim() }, ...entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
}

/** A table that scrolls sideways on its own where it does not fit. The first cell of a row is its heading. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Child[])[]): HTMLElement {
  const kind = (i: number) => (columns[i]?.numeric === true ? "num" : "");
  const head = h("tr", {}, ...columns.map(({ title }, i) => h("th", { scope: "col", class: kind(i) }, title)));
  const body = rows.map((cells) =>
    h("tr", {}, ...cells.map((cell, i) => (i === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: kind(i) }, cell)))),
  );
  const id = freshId("table");
  return h(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": id },
    h("table", {}, h("caption", { id }, caption), h("thead", {}, head), h("tbody", {}, ...body)),
  );
}

/** What is shown when the visitor asks for it, or at once. */
export const details = (summary: string, content: Child, open = false): HTMLElement =>
  h("details", { open }, h("summary", {}, summary), content);

/** A share of something as a bar, from 0 to 1; the text beside it says the same. */
export function bar(share: number, label: string): HTMLElement {
  const fill = h("span", { class: "bar-fill", "--share": Math.min(1, Math.max(0, share)) });
  return h("span", { class: "bar", role: "img", "aria-label": label }, fill);
}

export interface Part {
  readonly name: string;
  readonly value: bigint;
  readonly shown: Child;
}

/** Amounts that add up to a whole, side by side; the list below it has the numbers. */
export function stack(parts: readonly Part[], whole: bigint, label: string): HTMLElement {
  const share = (value: bigint) => (whole <= 0n || value <= 0n ? 0 : Number((value * 10_000n) / whole) / 10_000);
  return h(
    "div",
    { class: "stack" },
    h(
      "div",
      { class: "stack-bar", role: "img", "aria-label": label },
      ...parts.map((part, i) => share(part.value) > 0 && h("span", { class: `stack-part tone-${i}`, "--share": share(part.value) })),
    ),
    h(
      "ul",
      { class: "stack-list" },
      ...parts.map((part, i) =>
        h(
          "li",
          {},
          h("span", { class: `swatch tone-${i}`, "aria-hidden": "true" }),
          h("span", { class: "stack-name" }, part.name),
          part.shown,
        ),
      ),
    ),
  );
}
