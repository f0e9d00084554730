// A refusal in full: its code, what was checked, what was expected and what came, and what to do.
import type { ZkStateError } from "../../../core/errors.js";
import { h, svg } from "../dom.js";
import { facts } from "./parts.js";

const LONG = 220;
const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}\u2026` : text);
const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const BY_CODE: Readonly<Record<string, string>> = {
  CERTIFICATE_INVALID: "the equations of the certificate",
  CERTIFICATE_MALFORMED: "the form of the certificate",
};

/** Which check failed, where that is known. */
export const checkOf = ({ code, details }: ZkStateError): string | undefined =>
  details["check"] === undefined ? BY_CODE[code] : text(details["check"]);

const cross = () => svg("svg", { viewBox: "0 0 16 16", class: "glyph", "aria-hidden": "true" }, svg("path", { d: "M4 4l8 8M12 4l-8 8" }));

/** The error as a list of its parts, without advice where none is needed. */
export function trouble(e: ZkStateError, title = "Refused", advice = true): HTMLElement {
  const check = checkOf(e);
  const rows: [string, string | HTMLElement][] = [["Code", h("code", {}, e.code)]];
  if (check !== undefined) rows.push(["Check that failed", check]);
  if (e.expected !== undefined) rows.push(["Expected", h("code", {}, cut(e.expected))]);
  if (e.got !== undefined) rows.push(["Got", h("code", {}, cut(e.got))]);
  if (advice && e.next !== undefined) rows.push(["What to do", e.next]);
  return h(
    "div",
    { class: "trouble" },
    h("p", { class: "trouble-title" }, h("span", { class: "mark mark-refused" }, cross(), title), " ", e.message),
    facts(rows, "tight"),
  );
}
