// Elements without a framework. Styles go through CSSOM only: the page's content security policy knows no inline style.

export type Child = Node | string | undefined | false;
type Value = string | number | boolean | undefined | ((event: Event) => void);
export type Attributes = Readonly<Record<string, Value>>;

const SVG = "http://www.w3.org/2000/svg";

function assign(element: HTMLElement | SVGElement, name: string, value: Value): void {
  if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
  else if (value === undefined || value === false) element.removeAttribute(name);
  else if (name.startsWith("--")) element.style.setProperty(name, `${value}`);
  else element.setAttribute(name, value === true ? "" : `${value}`);
}

function fill<E extends HTMLElement | SVGElement>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) assign(element, name, value);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** An element. Attributes named on... with a function are listeners, those that start with -- are custom properties. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] => fill(document.createElement(tag), attributes, children);

/** The same for a drawing. */
export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] => fill(document.createElementNS(SVG, tag), attributes, children);

/** Replaces what an element holds. */
export function put(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== undefined && child !== false));
}

/** A part of the page that shows a model and can be given a new one. */
export interface View<T> {
  readonly element: HTMLElement;
  update(model: T): void;
}

let ids = 0;
/** An id that no other element of the page has. */
export const freshId = (name: string): string => `${name}-${++ids}`;

export const prefersStillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
