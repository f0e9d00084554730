// Who a transition touched by their own will must end healthy or not riskier: docs/rules.md section 7, pass rule.
import { BITS } from "./constants.js";
import { columnShrinks, equity, fairEquity, healthy, notRiskier, type Requirement, requirement } from "./margin.js";
import { accepted, type Refused, type Result, refused } from "./refusal.js";
import type { Account } from "./types.js";
import type { World } from "./world.js";

const EXPOSURE_LIMIT = 1n << BigInt(BITS.exposure);

/** The requirement of a portfolio whose margin decides something; refused where its losses leave the bounds of docs/rules.md section 6. */
export function boundedRequirement(world: World, account: Account): Result<Requirement> {
  const required = requirement(world.prices, world.header.markets.config, account.sizes);
  return required.inRange ? accepted(required) : refused("MARGIN_OUT_OF_RANGE", `losses within 2^${BITS.worst}`, "an account beyond");
}

/** Healthy with exposure below the cap, or why not. e at scale 2^24. */
function unhealthy(world: World, e: bigint, { maintenance, exposure }: Requirement): Refused | undefined {
  const { initialFactor } = world.header.markets.config;
  if (!healthy(initialFactor, e, maintenance)) {
    return refused("MARGIN_TOO_LOW", `equity * 2560000 >= ${(initialFactor * maintenance) << 16n}`, e * 2_560_000n);
  }
  return exposure < EXPOSURE_LIMIT ? undefined : refused("EXPOSURE_TOO_LARGE", `below 2^${BITS.exposure}`, exposure);
}

/** The liquidator's rule: healthy with exposure below the cap. */
export function healthRefusal(world: World, after: Account): Refused | undefined {
  const required = boundedRequirement(world, after);
  return required.ok ? unhealthy(world, equity(world.prices, after), required.value) : required;
}

/** The pass rule for one account; `column` is the traded one. */
export function passRefusal(world: World, before: Account, after: Account, column?: number): Refused | undefined {
  const required = boundedRequirement(world, after);
  if (!required.ok) return required;
  const e = equity(world.prices, after);
  const bad = unhealthy(world, e, required.value);
  if (bad === undefined) return undefined;
  if (column !== undefined && !columnShrinks(column, before.sizes, after.sizes)) return bad;
  const m0 = requirement(world.prices, world.header.markets.config, before.sizes).maintenance;
  const [f0, f] = [fairEquity(world.prices, before), fairEquity(world.prices, after)];
  return notRiskier(f0, m0, f, required.value.maintenance) ? undefined : bad;
}
