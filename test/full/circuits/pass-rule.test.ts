// PassRule: whatever branch the prover takes, the rule holds; and it finds one whenever the rule holds.
import { beforeAll, describe, expect, it } from "vitest";
import { healthy, notRiskier } from "../../../ledger/margin.js";
import { rngOf } from "../../helpers/random-run.js";
import { expectStatement, loadTemplate, signedValue, type Template } from "../../helpers/template.js";
import { expectRigid } from "../gadgets/rigid.js";

const branches = (first: string, second: string) => [
  {
    file: "pass-rule.circom",
    find: "branch[0] <-- enabled * (healthyHint || healthyOnly ? 1 : 0);",
    replace: `branch[0] <-- enabled * (${first});`,
  },
  {
    file: "pass-rule.circom",
    find: "branch[1] <-- enabled * (healthyHint || healthyOnly ? 0 : (fairAfter - fairBefore >= 0 ? 1 : 0));",
    replace: `branch[1] <-- enabled * (${second});`,
  },
];
/** Healthy, not fallen, ratio kept; no branch; and branches that are not boolean. */
const VARIANTS = [branches("1", "0"), branches("0", "1"), branches("0", "0"), branches("2", "-1"), branches("1 / 2", "1 / 2")];

interface Facts {
  readonly e: bigint;
  readonly f: bigint;
  readonly m: bigint;
  readonly f0: bigint;
  readonly m0: bigint;
  readonly exposure: bigint;
}
const base: Facts = { e: 0n, f: 0n, m: 0n, f0: 0n, m0: 0n, exposure: 0n };
const FACTOR = 320n;
const M = 825n << 40n;
/** The smallest healthy equity for M. */
const ENOUGH = ((FACTOR * M) << 16n) / 2_560_000n + 1n;

const input = ({ e, f, m, f0, m0, exposure }: Facts, healthyOnly = false, enabled = true) => ({
  enabled: enabled ? 1n : 0n,
  healthyOnly: healthyOnly ? 1n : 0n,
  fairBefore: f0,
  maintenanceBefore: m0,
  equityAfter: e,
  fairAfter: f,
  maintenanceAfter: m,
  exposureAfter: exposure,
  initialFactor: FACTOR,
});
const strict = ({ e, m, exposure }: Facts) => healthy(FACTOR, e, m) && exposure < 1n << 60n;
const rule = (x: Facts) => strict(x) || notRiskier(x.f0, x.m0, x.f, x.m);

describe("PassRule", () => {
  let template: Template;
  beforeAll(async () => {
    template = await loadTemplate({ main: "PassRule()", file: "pass-rule.circom" }, VARIANTS);
  });

  async function judge(x: Facts): Promise<void> {
    const text = JSON.stringify(x, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v));
    for (const w of await expectStatement(template, input(x), rule(x), text)) {
      const weak = signedValue(template.circuit, w, "main.notRiskier");
      expect(weak === 0n ? strict(x) : notRiskier(x.f0, x.m0, x.f, x.m), `${text} by branch ${weak}`).toBe(true);
    }
    await expectStatement(template, input(x, true), strict(x), `strictly ${text}`);
  }

  const near = (x: bigint) => [x - 1n, x, x + 1n];
  const f0 = 900n << 40n;
  /** The smallest fair equity whose ratio to M / 2 is not below that of f0 to M. */
  const ratio = (f0 * (M / 2n + 1n) + M) / (M + 1n);
  const edges: Record<string, readonly Facts[]> = {
    "at the initial margin": near(ENOUGH).map((e) => ({ ...base, e, m: M })),
    "at the exposure cap": near(1n << 60n).map((exposure) => ({ ...base, e: ENOUGH, m: M, exposure })),
    "where fair equity stays": near(-(7n << 50n)).map((f) => ({ ...base, e: f, f, f0: -(7n << 50n), m: M, m0: M })),
    "where the margin stays": near(M).map((m) => ({ ...base, e: -1n, f: 5n, f0: 5n, m, m0: M })),
    "where the ratio stays": near(ratio).map((f) => ({ ...base, e: 1n, f, f0, m: M / 2n, m0: M })),
    "where fair equity ends at nothing": near(0n).map((f) => ({ ...base, e: -1n, f, f0: 1n << 60n, m: 0n, m0: M })),
    "without any margin": near(5n).map((f) => ({ ...base, e: -1n, f, f0: 5n })),
    "where equity turns positive": near(0n).map((f) => ({ ...base, e: -1n, f, f0: -1n << 60n, m: M, m0: M })),
  };
  for (const [name, facts] of Object.entries(edges)) it(`is exact ${name}`, async () => void (await Promise.all(facts.map(judge))));

  it("is exact at the widths of equity and margin", async () => {
    const [e, m] = [(1n << 120n) - 1n, (1n << 106n) - 1n];
    for (const x of [e, -e]) for (const y of [m, 0n]) await judge({ ...base, e: x, f: x, f0: -x, m: y, m0: m });
  });

  it("is exact for random facts of all sizes", async () => {
    const rng = rngOf(20_261_121);
    const wide = (bits: number) => {
      const x = Array.from({ length: 4 }, () => BigInt(rng.below(2 ** 30))).reduce((sum, part) => (sum << 30n) + part, 0n);
      return x >> BigInt(120 - Math.min(bits, 1 + rng.below(bits)));
    };
    const signed = (bits: number) => (rng.below(2) === 0 ? wide(bits) : -wide(bits));
    for (let i = 0; i < 40; i++) {
      const m0 = wide(106);
      const m = rng.below(2) === 0 ? m0 - wide(10) : wide(106);
      const f0 = signed(119);
      const f = rng.below(2) === 0 ? f0 + signed(8) : signed(119);
      await judge({ e: f - wide(40), f, f0, m: m < 0n ? 0n : m, m0, exposure: wide(61) });
    }
  });

  it("asks nothing of a side that need not pass", async () => {
    const worst = { ...base, e: -1n, f: -1n, f0: 5n, m: M, exposure: 1n << 61n };
    const [w] = await expectStatement(template, input(worst, false, false), true, "nothing");
    expect(signedValue(template.circuit, w ?? [], "main.notRiskier")).toBe(0n);
    expectRigid(template.circuit, w ?? []);
  });

  it("is rigid on every branch", async () => {
    for (const facts of Object.values(edges)) {
      for (const x of facts.filter(rule)) expectRigid(template.circuit, await template.circuit.witness(input(x)));
    }
  });
});
