// A refusal in full: its code, what was checked, what was expected and what came, and what to do.
import type { ZkStateError } from "../../../core/errors.js";
import { h, svg } from "../dom.js";
import { facts } from "./parts.js";

const LONG = 220;
const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}\u2026` : text);
const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Which check failed, where the error knows. */
export const checkOf = (e: ZkStateError): string | undefined => {
  const check = e.details["check"];
  return check === undefined ? undefined : text(check);
};

const cross = () => svg("svg", { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" }, svg("path", { d: "M4 4l8 8M12 4l-8 8" }));

/** The error as a list of its parts. */
export function trouble(e: ZkStateError, title = "Refused"): HTMLElement {
  const check = checkOf(e);
  const rows: [string, string | HTMLElement][] = [["Code", h("code", {}, e.code)]];
  if (check !== undefined) rows.push(["Check that failed", check]);
  if (e.expected !== undefined) rows.push(["Expected", h("code", {}, cut(e.expected))]);
  if (e.got !== undefined) rows.push(["Got", h("code", {}, cut(e.got))]);
  if (e.next !== undefined) rows.push(["What to do", e.next]);
  return h(
    "div",
    { class: "trouble" },
    h("p", { class: "trouble-title" }, h("span", { class: "mark mark-refused" }, cross(), title), " ", e.message),
    facts(rows, "tight"),
  );
}
