// "Tamper with it": one byte of what the server sent is changed in this browser, and the same checks run again over it.
import { asZkStateError, type ZkStateError } from "../../../core/errors.js";
import { type Child, h, put } from "../dom.js";
import type { Flip } from "../flip.js";
import { count } from "../format.js";
import type { Tampered, Target } from "../tamper.js";
import { card, facts } from "./parts.js";
import { trouble } from "./trouble.js";

export interface TamperSource {
  /** Changes a byte and checks everything again. */
  tamper(target: Target): Promise<Tampered>;
}

const TARGETS: readonly (readonly [Target, string])[] = [
  ["certificate", "the newest certificate"],
  ["state", "the state: its insurance fund"],
  ["account", "an account: its cash"],
];

const byteText = (byte: number): string => byte.toString(16).padStart(2, "0");
const AROUND = 7;

/** The bytes around the change, the old one struck through. */
function bytesAround({ before, after, at }: Flip): HTMLElement {
  const from = Math.max(0, at - AROUND);
  const shown = Array.from(before.subarray(from, at + AROUND + 1), (byte, i) =>
    from + i === at
      ? h("span", { class: "flipped" }, h("del", {}, byteText(byte)), h("ins", {}, byteText(after)))
      : h("span", {}, byteText(byte)),
  );
  return h("p", { class: "bytes", translate: "no" }, ...shown);
}

const story = (flip: Flip): HTMLElement =>
  facts(
    [
      ["File", h("code", {}, flip.file.length > 60 ? `${flip.file.slice(0, 34)}\u2026${flip.file.slice(-14)}` : flip.file)],
      ["Byte", `${count(flip.at)} of ${count(flip.before.length)}, ${byteText(flip.before[flip.at] ?? 0)} becomes ${byteText(flip.after)}`],
    ],
    "tight",
  );

function verdict(flip: Flip | undefined, refusal: ZkStateError | undefined): Child[] {
  if (flip === undefined)
    return [h("p", {}, "There is nothing of that kind to change yet."), refusal !== undefined && trouble(refusal, "Could not try")];
  if (refusal === undefined)
    return [story(flip), h("p", { class: "answer-bad" }, "Nothing refused it. That must not happen: please report it.")];
  return [story(flip), bytesAround(flip), trouble(refusal, "Refused, as it should be", false)];
}

export interface TamperView {
  readonly element: HTMLElement;
  enable(able: boolean): void;
}

/** The card with its button. */
export function tamperView(source: TamperSource): TamperView {
  const button = h("button", { type: "submit", class: "danger" }, "Tamper with it");
  const answer = h("div", { class: "answer-body", role: "status" });
  const choices = TARGETS.map(([target, name], i) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "target", value: target, checked: i === 0 }), h("span", {}, name)),
  );
  const form = h("form", {}, h("fieldset", {}, h("legend", {}, "Change one byte of"), ...choices), button);
  const run = async () => {
    button.disabled = true;
    put(answer, h("p", {}, "Changing a byte and checking again\u2026"));
    const target = TARGETS.find(([name]) => name === new FormData(form).get("target"))?.[0] ?? "certificate";
    try {
      const { flip, refusal } = await source.tamper(target);
      put(answer, ...verdict(flip, refusal));
    } catch (e) {
      put(answer, trouble(asZkStateError(e), "Could not try"));
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  const intro = "See what a lie looks like. This page changes one byte of what it was sent, checks again, and leaves the real state alone.";
  return {
    element: card({ id: "tamper", title: "Tamper with it", intro }, form, answer),
    enable: (able) => {
      button.disabled = !able;
    },
  };
}
