// Loud lines above everything: development keys, a stale head, a server that cannot be reached, and the end of trust.
import type { ZkStateError } from "../../../core/errors.js";
import { h, put } from "../dom.js";
import { trouble } from "./trouble.js";

export interface Banners {
  readonly element: HTMLElement;
  /** Shows or, with undefined, takes away one banner. */
  set(kind: "development" | "stale" | "live", text: string | undefined): void;
}

/** The banners, none at first. */
export function banners(): Banners {
  const lines = new Map<string, HTMLElement>();
  const element = h("div", { class: "banners", role: "region", "aria-label": "Warnings", "aria-live": "polite" });
  return {
    element,
    set(kind, text) {
      const line = lines.get(kind);
      if (text === undefined) {
        line?.remove();
        lines.delete(kind);
      } else if (line === undefined) {
        const made = h("p", { class: `banner banner-${kind}` }, text);
        lines.set(kind, made);
        element.append(made);
      } else if (line.textContent !== text) line.textContent = text;
    },
  };
}

/** Takes the place of the whole page: two proven successors of one state. Nothing else is shown, now or after a reload. */
export function stopped(main: HTMLElement, error: ZkStateError, evidence: string, forgive: () => void): void {
  const link = h("a", { class: "button", download: "zkstate-evidence.json" }, "Save the evidence");
  link.href = URL.createObjectURL(new Blob([evidence], { type: "application/json" }));
  const reset = h("button", { type: "button", class: "quiet" }, "Forget it and start again");
  reset.addEventListener("click", forgive);
  put(
    main,
    h(
      "section",
      { class: "card stopped", role: "alert", "aria-labelledby": "stopped-title" },
      h("h2", { id: "stopped-title" }, "Stopped: this ledger has two histories"),
      h(
        "p",
        {},
        "Two different states after one batch were both proven to this browser. Neither can be believed, and this page shows nothing of the ledger any more. Keep the evidence: anybody who has the trust root can check it.",
      ),
      trouble(error, "Compromised", false),
      h("p", { class: "row" }, link, reset),
    ),
  );
}
