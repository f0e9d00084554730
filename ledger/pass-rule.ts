// Who a transition touched by their own will must end healthy or not riskier: docs/rules.md section 7, pass rule.
import { BITS } from "./constants.js";
import { columnShrinks, equity, healthy, notRiskier, requirement } from "./margin.js";
import { type Refused, refused } from "./refusal.js";
import type { Account } from "./types.js";
import type { World } from "./world.js";

const EXPOSURE_LIMIT = 1n << BigInt(BITS.exposure);

/** Healthy with exposure below the cap, or the refusal. Equities are at scale 2^24. */
export function healthRefusal(world: World, after: Account): Refused | undefined {
  const { config } = world.header.markets;
  const e = equity(world.prices, after);
  const { maintenance, exposure } = requirement(world.prices, config, after.sizes);
  if (!healthy(config.initialFactor, e, maintenance)) {
    return refused("MARGIN_TOO_LOW", `equity * 2560000 >= ${(config.initialFactor * maintenance) << 16n}`, e * 2_560_000n);
  }
  return exposure < EXPOSURE_LIMIT ? undefined : refused("EXPOSURE_TOO_LARGE", `below 2^${BITS.exposure}`, exposure);
}

/** The pass rule for one account; `column` is the traded one. */
export function passRefusal(world: World, before: Account, after: Account, column?: number): Refused | undefined {
  const unhealthy = healthRefusal(world, after);
  if (unhealthy === undefined) return undefined;
  if (column !== undefined && !columnShrinks(column, before.sizes, after.sizes)) return unhealthy;
  const { config } = world.header.markets;
  const m0 = requirement(world.prices, config, before.sizes).maintenance;
  const m = requirement(world.prices, config, after.sizes).maintenance;
  return notRiskier(equity(world.prices, before), m0, equity(world.prices, after), m) ? undefined : unhealthy;
}

/** Refuses an account whose losses leave the bounds that margin is computed in: docs/rules.md section 6. */
export function rangeRefusal(world: World, account: Account): Refused | undefined {
  const { inRange } = requirement(world.prices, world.header.markets.config, account.sizes);
  return inRange ? undefined : refused("MARGIN_OUT_OF_RANGE", `losses within 2^${BITS.worst}`, "an account beyond");
}
