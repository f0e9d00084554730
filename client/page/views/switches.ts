// The switch that shows every number and hash in full.
import { h } from "../dom.js";
import { keep, kept } from "../storage.js";

const KEY = "zkstate:exact";

/** Kept in this browser. */
export function exactSwitch(): HTMLElement {
  const input = h("input", { id: "exact", type: "checkbox", checked: kept(KEY) === "yes" });
  const apply = () => document.documentElement.classList.toggle("show-whole", input.checked);
  input.addEventListener("change", () => {
    keep(KEY, input.checked ? "yes" : "no");
    apply();
  });
  apply();
  return h("span", { class: "control" }, input, h("label", { for: "exact" }, "Exact values"));
}
