// Light and dark: what the system prefers, unless the visitor chose. The choice is kept in this browser alone.
import { h } from "./dom.js";
import { keep, kept } from "./storage.js";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "zkstate:theme";

function apply(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  document.dispatchEvent(new Event("themechange"));
}

/** The colours have changed: charts on a canvas draw themselves again. */
export function onThemeChange(listener: () => void): void {
  document.addEventListener("themechange", listener);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}

/** The switch; applies the kept choice at once. */
export function themeSwitch(): HTMLElement {
  const chosen = THEMES.find((theme) => theme === kept(KEY)) ?? "auto";
  apply(chosen);
  const select = h(
    "select",
    { id: "theme" },
    ...THEMES.map((theme) => h("option", { value: theme, selected: theme === chosen }, theme[0]?.toUpperCase() + theme.slice(1))),
  );
  select.addEventListener("change", () => {
    const theme = THEMES.find((name) => name === select.value) ?? "auto";
    keep(KEY, theme);
    apply(theme);
  });
  return h("span", { class: "control" }, h("label", { for: "theme" }, "Colours"), select);
}
