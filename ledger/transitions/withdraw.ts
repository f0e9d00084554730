// Withdraw: docs/rules.md section 7. A pays, a chain's custody pays out through its withdrawal queue.
import { addAmount, amountRefusal } from "../account.js";
import { authorise } from "../authorise.js";
import { chainOf, withCustody, withWithdrawal } from "../custody.js";
import { passRefusal } from "../pass-rule.js";
import { fits } from "../range.js";
import { refused } from "../refusal.js";
import { openOne } from "../touch.js";
import type { Withdraw } from "../types.js";
import { type Applied, moved, type World, withAccount, withChain } from "../world.js";

export function withdraw(world: World, t: Withdraw): Applied {
  const bad = amountRefusal(t.instrument, t.amount);
  if (bad !== undefined) return bad;
  if (!fits(t.recipient, 160)) return refused("FIELD_OUT_OF_RANGE", "a recipient of 160 bits", t.recipient);
  const chain = chainOf(world, t.chain);
  if (!chain.ok) return chain;
  const opened = openOne(world, t.account);
  if (!opened.ok) return opened;
  const signed = authorise(opened.value.world, t, "a", opened.value.a);
  if (!signed.ok) return signed;
  const paid = addAmount(signed.value, t.instrument, -t.amount);
  if (!paid.ok) return paid;
  const emptied = withCustody(chain.value, t.instrument, -t.amount);
  if (!emptied.ok) return emptied;
  const fails = passRefusal(opened.value.world, opened.value.a, paid.value);
  if (fails !== undefined) return fails;
  const next = withWithdrawal(emptied.value, t.recipient, t.instrument, t.amount);
  return moved(withChain(withAccount(opened.value.world, t.account, paid.value), t.chain, next));
}
