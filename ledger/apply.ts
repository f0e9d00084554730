// One transition over a world: docs/rules.md section 7. Pure; a refusal leaves nothing behind.
import { cancel } from "./transitions/cancel.js";
import { deposit } from "./transitions/deposit.js";
import { liquidate } from "./transitions/liquidate.js";
import { setKey } from "./transitions/set-key.js";
import { trade } from "./transitions/trade.js";
import { transfer } from "./transitions/transfer.js";
import { withdraw } from "./transitions/withdraw.js";
import type { Transition } from "./types.js";
import { type Applied, moved, type World } from "./world.js";

/** The indices that a transition names, A first. */
export function accountsOf(t: Transition): readonly number[] {
  switch (t.kind) {
    case "noop":
      return [];
    case "deposit":
    case "withdraw":
    case "cancel":
    case "setKey":
      return [t.account];
    case "transfer":
      return [t.from, t.to];
    case "trade":
      return [t.buyer, t.seller];
    case "liquidate":
      return [t.victim, t.liquidator];
    default: {
      const gone: never = t;
      return gone;
    }
  }
}

/** The world after a transition, or the refusal. */
export function applyTransition(world: World, t: Transition): Applied {
  switch (t.kind) {
    case "noop":
      return moved(world);
    case "deposit":
      return deposit(world, t);
    case "withdraw":
      return withdraw(world, t);
    case "transfer":
      return transfer(world, t);
    case "trade":
      return trade(world, t);
    case "liquidate":
      return liquidate(world, t);
    case "cancel":
      return cancel(world, t);
    case "setKey":
      return setKey(world, t);
    default: {
      const gone: never = t;
      return gone;
    }
  }
}
