// Assertions on what the ledger answers.
import { expect } from "vitest";
import { applyTransition } from "../../ledger/apply.js";
import type { RefusalCode } from "../../ledger/refusal.js";
import type { Transition } from "../../ledger/types.js";
import type { World } from "../../ledger/world.js";

/** Expects the transition to be refused with this code. */
export function expectRefused(world: World, t: Transition, code: RefusalCode): void {
  const applied = applyTransition(world, t);
  expect(applied.ok ? "accepted" : applied.refusal.code).toBe(code);
}

/** Expects the transition to be accepted and answers the world after it. */
export function expectAccepted(world: World, t: Transition): World {
  const applied = applyTransition(world, t);
  if (!applied.ok) throw new Error(`refused: ${JSON.stringify(applied.refusal)}`);
  return applied.world;
}
