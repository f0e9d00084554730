// The first card: the verdict, the chain of certificates behind it, and how the check is made.
import { h, put } from "../dom.js";
import type { LiveMode } from "../live.js";
import type { Engine } from "../session.js";
import { chainView, type Link } from "./chain.js";
import { type VerdictModel, verdictView } from "./verdict.js";

export interface HeadActions {
  /** Forgets what was verified before and starts from the trust root. */
  readonly again: () => void;
  /** The same with another pairing library; false when it cannot run here. */
  readonly engine: (engine: Engine) => Promise<boolean>;
}

export interface HeadView {
  readonly element: HTMLElement;
  verdict(model: VerdictModel): void;
  /** How old the verified state is by now, in seconds. */
  age(behindSeconds: number): void;
  chain(links: readonly Link[]): void;
  mode(mode: LiveMode): void;
}

const LIVE: Readonly<Record<LiveMode, string>> = {
  events: "Live: new heads are checked as they come",
  polling: "Looks for new heads from time to time",
};

function engineSwitch({ engine }: HeadActions): HTMLElement {
  const select = h(
    "select",
    { id: "engine" },
    h("option", { value: "noble" }, "noble (JavaScript)"),
    h("option", { value: "mcl" }, "mcl (WebAssembly)"),
  );
  const note = h("span", { role: "status" });
  select.addEventListener("change", () => {
    void engine(select.value === "mcl" ? "mcl" : "noble").then((runs) => {
      put(note, runs ? "" : "WebAssembly is not allowed here.");
      if (!runs) select.value = "noble";
    });
  });
  return h("span", { class: "control" }, h("label", { for: "engine" }, "Pairings"), select, note);
}

/** The card. */
export function headView(actions: HeadActions): HeadView {
  const verdict = verdictView();
  const chain = chainView();
  const live = h("span", { class: "live" });
  const again = h("button", { type: "button", class: "quiet" }, "Check all of it again");
  again.addEventListener("click", actions.again);
  const title = h("h2", { id: "head-title", class: "unseen" }, "Verdict");
  const controls = h("div", { class: "hero-actions" }, again, engineSwitch(actions), live);
  return {
    element: h(
      "section",
      { id: "head", class: "card hero", "aria-labelledby": "head-title", tabindex: -1 },
      title,
      verdict.element,
      chain.element,
      controls,
    ),
    verdict: (model) => {
      verdict.update(model);
      chain.element.hidden = model.kind === "refused";
    },
    age: verdict.age,
    chain: chain.update,
    mode: (mode) => put(live, h("span", { class: `dot dot-${mode}`, "aria-hidden": "true" }), LIVE[mode]),
  };
}
