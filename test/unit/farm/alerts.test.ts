// ops/alerts.yml: every metric is one that the coordinator has, every alert has its section in docs/farm.md, and no section is left over.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeMetrics } from "../../../farm/metrics.js";
import { TASK_STATES } from "../../../farm/status.js";

const ROOT = join(import.meta.dirname, "../../..");
const rules = readFileSync(join(ROOT, "ops/alerts.yml"), "utf8");
const page = readFileSync(join(ROOT, "docs/farm.md"), "utf8");

const metrics = makeMetrics(() => Promise.reject(new Error("not read here"))).registry;
const known = metrics.getMetricsAsArray().map(({ name }) => name);
/** The labels of a metric. prom-client keeps them, and does not say so in its types. */
const labelsOf = (name: string): readonly string[] => (metrics.getSingleMetric(name) as unknown as { labelNames: string[] }).labelNames;

/** As GitHub makes it of a heading. */
const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map((m) =>
  (m[1] ?? "")
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-"),
);

const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({
    name: /^\w+/.exec(text)?.[0] ?? "",
    expr: /^ {8}expr: (?:>-\n)?([\s\S]*?)\n {8}for:/m.exec(text)?.[1] ?? "",
    text,
  }));

describe("ops/alerts.yml", () => {
  it("has an alert for each kind of trouble, each once", () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    expect(alerts.length).toBe(rules.match(/alert:/g)?.length);
    expect(alerts.length).toBeGreaterThanOrEqual(10);
  });

  it("has a section of docs/farm.md for each alert, and no section without one", () => {
    const sections = anchors.filter((anchor) => anchor.startsWith("zkstate"));
    expect(sections.sort()).toEqual(alerts.map(({ name }) => name.toLowerCase()).sort());
  });
});

describe.each(alerts)("$name", ({ name, expr, text }) => {
  it("uses metrics that exist, with labels that they have", () => {
    const used = [...expr.matchAll(/\b(zkstate_\w+)(?:\{(\w+)=~?"([^"]*)"\})?/g)];
    expect(used.length).toBeGreaterThan(0);
    for (const [, metric = "", label, value = ""] of used) {
      expect(known).toContain(metric);
      if (label === undefined) continue;
      expect(labelsOf(metric)).toContain(label);
      if (metric === "zkstate_tasks") for (const state of value.split("|")) expect(TASK_STATES).toContain(state);
    }
  });

  it("groups by labels that its metrics have", () => {
    for (const [, list = "", metric = ""] of expr.matchAll(/by \(([^)]*)\) \((?:increase\()?(zkstate_\w+)/g))
      for (const label of list.split(", ")) expect(["instance", ...labelsOf(metric)]).toContain(label);
  });

  it("has balanced brackets, a summary with labels that it has, and its section", () => {
    expect(expr.match(/[([{]/g)?.length ?? 0).toBe(expr.match(/[)\]}]/g)?.length ?? 0);
    const summary = /summary: "(.+)"/.exec(text)?.[1] ?? "";
    expect(summary).not.toBe("");
    const labels = [...expr.matchAll(/zkstate_\w+/g)].flatMap(([metric]) => labelsOf(metric));
    for (const [, label] of summary.matchAll(/\$labels\.(\w+)/g)) expect(["instance", ...labels]).toContain(label);
    expect(/runbook: docs\/farm\.md#(\S+)/.exec(text)?.[1]).toBe(name.toLowerCase());
    expect(anchors).toContain(name.toLowerCase());
  });
});
