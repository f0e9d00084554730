// A number or a hash is shown rounded or shortened; its exact value is one hover, one copy or one switch away.
import { type Child, h } from "./dom.js";

/** Rounded text with the exact one behind it. */
export const exact = (shown: string, whole: string): HTMLElement =>
  shown === whole
    ? h("span", { class: "number" }, whole)
    : h(
        "data",
        { class: "number", value: whole, title: whole },
        h("span", { class: "rounded" }, shown),
        h("span", { class: "whole" }, whole),
      );

/** A button that copies a text. */
export function copyButton(what: string, text: string): HTMLButtonElement {
  const label = h("span", { class: "copy-label", "aria-live": "polite" }, "Copy");
  const button = h("button", { type: "button", class: "copy", "aria-label": `Copy ${what}` }, label);
  button.addEventListener("click", () => void copyText(text).then((done) => say(label, done ? "Copied" : "No access")));
  return button;
}

/** False where the browser gives no clipboard, as on plain http from another machine. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

const SAID_FOR_MS = 1500;
function say(label: HTMLElement, text: string): void {
  label.textContent = text;
  setTimeout(() => {
    label.textContent = "Copy";
  }, SAID_FOR_MS);
}

/** A shortened hash with its copy button. */
export const hashWithCopy = (what: string, shown: string, whole: string, ...more: Child[]): HTMLElement =>
  h("span", { class: "hash" }, exact(shown, whole), copyButton(what, whole), ...more);

/** Copying a rounded number puts its exact value on the clipboard. */
export function copyExactly(): void {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const at = selection?.anchorNode;
    const value = (at instanceof Element ? at : at?.parentElement)?.closest("data.number")?.getAttribute("value");
    const whole = selection?.focusNode?.parentElement?.closest("data.number")?.getAttribute("value");
    if (value === null || value === undefined || value !== whole) return;
    event.clipboardData?.setData("text/plain", value);
    event.preventDefault();
  });
}
