// Transfer: docs/rules.md section 7. A pays B in cash or spot.
import { addAmount, amountRefusal } from "../account.js";
import { authorise } from "../authorise.js";
import { passRefusal } from "../pass-rule.js";
import { openPair } from "../touch.js";
import type { Transfer } from "../types.js";
import { type Applied, moved, type World, withAccount } from "../world.js";

export function transfer(world: World, t: Transfer): Applied {
  const bad = amountRefusal(t.instrument, t.amount);
  if (bad !== undefined) return bad;
  const opened = openPair(world, t.from, t.to);
  if (!opened.ok) return opened;
  const { world: touched, a, b } = opened.value;
  const signed = authorise(touched, t, "a", a);
  if (!signed.ok) return signed;
  const payer = addAmount(signed.value, t.instrument, -t.amount);
  if (!payer.ok) return payer;
  const payee = addAmount(b, t.instrument, t.amount);
  if (!payee.ok) return payee;
  const fails = passRefusal(touched, a, payer.value);
  if (fails !== undefined) return fails;
  return moved(withAccount(withAccount(touched, t.from, payer.value), t.to, payee.value));
}
