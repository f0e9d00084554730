// Deposit: docs/rules.md section 7. A queued entry of a chain; what does not fit is refunded through the withdrawal queue.
import { isCanonical } from "../../core/field.js";
import { addAmount, amountRefusal, newAccount, roomFor } from "../account.js";
import { chainOf, withCustody, withWithdrawal } from "../custody.js";
import { depositHead } from "../messages.js";
import { fits, minOf } from "../range.js";
import { type Refused, refused } from "../refusal.js";
import { touch } from "../touch.js";
import type { Deposit } from "../types.js";
import { type Applied, accountIn, moved, type World, withAccount, withChain } from "../world.js";

export function deposit(world: World, t: Deposit): Applied {
  const bad = amountRefusal(t.instrument, t.amount) ?? fieldRefusal(t);
  if (bad !== undefined) return bad;
  const chain = chainOf(world, t.chain);
  if (!chain.ok) return chain;
  const touched = touch(world, t.account);
  if (!touched.ok) return touched;
  const existing = accountIn(touched.value, t.account);
  if (existing !== undefined && (existing.owner.ax !== t.owner.ax || existing.owner.ay !== t.owner.ay)) {
    return refused("OWNER_MISMATCH", `${existing.owner.ax}, ${existing.owner.ay}`, `${t.owner.ax}, ${t.owner.ay}`);
  }
  if (existing !== undefined && existing.exitAddress !== t.exitAddress) {
    return refused("OWNER_MISMATCH", `exit address ${existing.exitAddress}`, t.exitAddress);
  }
  const before = existing ?? newAccount(world, t.owner, t.exitAddress);
  const room = roomFor(before, t.instrument);
  const credit = minOf(t.amount, room);
  const after = addAmount(before, t.instrument, credit);
  if (!after.ok) return after;
  const consumed = {
    ...chain.value,
    depositHead: depositHead(chain.value.depositHead, t.owner, t.exitAddress, t.instrument, t.amount),
    depositCount: chain.value.depositCount + 1n,
  };
  const filled = withCustody(consumed, t.instrument, credit);
  if (!filled.ok) return filled;
  const next = credit === t.amount ? filled.value : withWithdrawal(filled.value, t.exitAddress, t.instrument, t.amount - credit);
  return moved(withChain(withAccount(touched.value, t.account, after.value), t.chain, next));
}

function fieldRefusal(t: Deposit): Refused | undefined {
  if (!isCanonical(t.owner.ax) || !isCanonical(t.owner.ay))
    return refused("FIELD_OUT_OF_RANGE", "an owner of two field elements", t.owner.ax);
  return fits(t.exitAddress, 160) ? undefined : refused("FIELD_OUT_OF_RANGE", "an exit address of 160 bits", t.exitAddress);
}
