// The verdict: what this browser has verified about the newest state, or why it has not. It never shows the mark beside a failed check.
import type { ZkStateError } from "../../../core/errors.js";
import { type Child, h, put, svg, type View } from "../dom.js";
import { hashWithCopy } from "../exact.js";
import { count, duration, hex, instant, shortHex, size, span } from "../format.js";
import { facts } from "./parts.js";
import { trouble } from "./trouble.js";

export interface ProvenHead {
  readonly batchNumber: number;
  readonly root: bigint;
}

export interface Work {
  readonly certificates: number;
  readonly bytes: number;
  readonly ms: number;
  /** Pairing library. */
  readonly engine: string;
  readonly where: "worker" | "page";
}

export type VerdictModel =
  | { readonly kind: "checking"; readonly what: string }
  | {
      readonly kind: "verified";
      readonly head: ProvenHead;
      /** Time of the state, unix seconds; 0 at the genesis. */
      readonly time: number;
      readonly behindSeconds: number;
      readonly stale: boolean;
      readonly work: Work;
    }
  /** `last` is the newest state that was verified before. */
  | { readonly kind: "refused"; readonly error: ZkStateError; readonly last: ProvenHead | undefined };

const SHAPES = {
  checking: "M24 13v11l7 5",
  verified: "M15 24.5 21.5 31 33.5 18",
  stale: "M24 14v13M24 33v.5",
  refused: "M17 17l14 14M31 17 17 31",
} as const;
type Look = keyof typeof SHAPES;

const seal = (look: Look): SVGElement =>
  svg(
    "svg",
    { class: `seal seal-${look}`, viewBox: "0 0 48 48", "aria-hidden": "true" },
    svg("circle", { class: "seal-ring", cx: 24, cy: 24, r: 21 }),
    svg("path", { class: "seal-sign", d: SHAPES[look], pathLength: 1 }),
  );

const headline = (look: Look, title: string, ...below: Child[]): Child[] => [
  h("div", { class: "headline" }, seal(look), h("div", {}, h("p", { class: "headline-title" }, title), ...below)),
];

function verified(model: Extract<VerdictModel, { kind: "verified" }>): Child[] {
  const { head, time, behindSeconds, stale, work } = model;
  const title = head.batchNumber === 0 ? "The genesis state is the newest" : `Batch ${count(head.batchNumber)} is proven`;
  const behind = h("strong", { class: "behind" }, span(behindSeconds));
  const age = h(
    "p",
    { class: "headline-time" },
    time === 0 ? "No batch has been proven yet." : `State of ${instant(time)}, `,
    ...(time === 0 ? [] : [behind, " behind this computer's clock."]),
  );
  const certificates = work.certificates === 0 ? "none new" : count(work.certificates);
  return [
    ...headline(stale ? "stale" : "verified", stale ? `${title}, but it is old` : title, age),
    facts(
      [
        ["State root", hashWithCopy("state root", shortHex(head.root), hex(head.root))],
        ["Checked in", duration(work.ms)],
        ["Read", size(work.bytes)],
        ["Certificates", certificates],
        ["Checked by", `${work.engine}, ${work.where === "worker" ? "in a worker" : "in this page"}`],
      ],
      "headline-facts",
    ),
  ];
}

const TITLES: Readonly<Record<string, string>> = {
  TRANSPORT_FAILED: "Nothing could be verified: no answer from the server",
  NOT_PUBLISHED: "Nothing could be verified: something is not published",
  KEY_MISMATCH: "Refused: this is another trust root",
};

function refused({ error, last }: Extract<VerdictModel, { kind: "refused" }>): Child[] {
  const title = TITLES[error.code] ?? "Refused: what the server sent is not proven";
  const before =
    last === undefined ? "Nothing on this page is verified." : `Batch ${count(last.batchNumber)} was the last that was verified here.`;
  return [...headline("refused", title, h("p", { class: "headline-time" }, before)), trouble(error)];
}

function contentOf(model: VerdictModel): Child[] {
  switch (model.kind) {
    case "checking":
      return headline("checking", "Checking\u2026", h("p", { class: "headline-time" }, model.what));
    case "verified":
      return verified(model);
    case "refused":
      return refused(model);
    default: {
      const gone: never = model;
      return gone;
    }
  }
}

/** What screen readers hear: one sentence a change, and nothing while only the age counts up. */
function spoken(model: VerdictModel): string {
  if (model.kind === "checking") return "Checking the newest state.";
  if (model.kind === "refused") return `Refused, ${model.error.code}: ${model.error.message}`;
  return `Batch ${model.head.batchNumber} is proven: verified in this browser${model.stale ? ", but it is old" : ""}.`;
}

export interface VerdictView extends View<VerdictModel> {
  /** Counts the age of a verified state up, in seconds, without drawing the rest again. */
  age(behindSeconds: number): void;
}

/** The verdict and its live region. */
export function verdictView(): VerdictView {
  const body = h("div", { class: "verdict-body" });
  const voice = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const element = h("div", { class: "verdict" }, body, voice);
  return {
    element,
    update(model) {
      element.dataset["state"] = model.kind === "verified" && model.stale ? "stale" : model.kind;
      put(body, ...contentOf(model));
      const text = spoken(model);
      if (voice.textContent !== text) voice.textContent = text;
    },
    age(behindSeconds) {
      const behind = body.querySelector(".behind");
      if (behind !== null) behind.textContent = span(behindSeconds);
    },
  };
}
