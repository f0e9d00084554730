// Custody and queues of the chains: docs/rules.md sections 1, 2 and 7.
import { BITS, CHAINS, QUOTE } from "./constants.js";
import { withdrawalHead } from "./messages.js";
import { fits } from "./range.js";
import { accepted, type Result, refused } from "./refusal.js";
import type { Chain } from "./types.js";
import type { World } from "./world.js";

/** A chain in use. */
export function chainOf(world: World, index: number): Result<Chain> {
  const chain = Number.isInteger(index) && index < CHAINS ? world.header.chains[index] : undefined;
  return chain === undefined ? refused("CHAIN_INVALID", `below ${CHAINS}`, index) : accepted(chain);
}

/** Custody grows or, with a negative delta, pays. Quote is entry 0, spot column u is entry 1 + u. */
export function withCustody(chain: Chain, instrument: number, delta: bigint): Result<Chain> {
  const asset = instrument === QUOTE ? 0 : 1 + instrument;
  const held = chain.custody[asset] ?? 0n;
  const next = held + delta;
  if (next < 0n) return refused("CUSTODY_TOO_SMALL", `at least ${-delta}`, held);
  const bits = instrument === QUOTE ? BITS.custodyQuote : BITS.custodyLots;
  return fits(next, bits)
    ? accepted({ ...chain, custody: chain.custody.with(asset, next) })
    : refused("OVERFLOW", `custody in ${bits} bits`, next);
}

/** Appends an entry to the chain's withdrawal queue. */
export const withWithdrawal = (chain: Chain, recipient: bigint, instrument: number, amount: bigint): Chain => ({
  ...chain,
  withdrawalHead: withdrawalHead(chain.withdrawalHead, recipient, instrument, amount),
  withdrawalCount: chain.withdrawalCount + 1n,
});
