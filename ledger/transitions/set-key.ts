// Set key: docs/rules.md sections 3 and 7. The old key and the new key sign the same message.
import { isCanonical } from "../../core/field.js";
import { authorise, signatureRefusal } from "../authorise.js";
import { refused } from "../refusal.js";
import { openOne } from "../touch.js";
import type { SetKey } from "../types.js";
import { type Applied, moved, type World, withAccount } from "../world.js";

export function setKey(world: World, t: SetKey): Applied {
  const { ax, ay } = t.newOwner;
  if (!isCanonical(ax) || !isCanonical(ay)) return refused("FIELD_OUT_OF_RANGE", "a key of two field elements", ax);
  const opened = openOne(world, t.account);
  if (!opened.ok) return opened;
  const signed = authorise(opened.value.world, t, "a", opened.value.a);
  if (!signed.ok) return signed;
  const unproven = signatureRefusal(opened.value.world, t, "b", t.newOwner, t.newSignature);
  if (unproven !== undefined) return unproven;
  return moved(withAccount(opened.value.world, t.account, { ...signed.value, owner: { ax, ay } }));
}
