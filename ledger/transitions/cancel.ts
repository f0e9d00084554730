// Cancel: docs/rules.md section 7. Every order below the new smallest id is dead.
import { authorise } from "../authorise.js";
import { BITS } from "../constants.js";
import { fits } from "../range.js";
import { refused } from "../refusal.js";
import { openOne } from "../touch.js";
import type { Cancel } from "../types.js";
import { type Applied, moved, type World, withAccount } from "../world.js";

export function cancel(world: World, t: Cancel): Applied {
  if (!fits(t.newMinOrderId, BITS.orderId)) return refused("FIELD_OUT_OF_RANGE", `an order id below 2^${BITS.orderId}`, t.newMinOrderId);
  const opened = openOne(world, t.account);
  if (!opened.ok) return opened;
  const { minOrderId } = opened.value.a;
  if (t.newMinOrderId <= minOrderId) return refused("MIN_ORDER_ID_NOT_RAISED", `above ${minOrderId}`, t.newMinOrderId);
  const signed = authorise(opened.value.world, t, "a", opened.value.a);
  if (!signed.ok) return signed;
  return moved(withAccount(opened.value.world, t.account, { ...signed.value, minOrderId: t.newMinOrderId }));
}
