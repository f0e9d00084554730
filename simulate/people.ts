// The people of a simulation. Keys come from the seed and live only in memory.
import type { Person } from "./actions.js";
import { seededKey, seededWord } from "./venue-genesis.js";

/** How someone trades: how much they bring and what they do with it. */
export type Role = "maker" | "liquidator" | "reckless" | "leveraged" | "careful" | "options" | "holder";

export interface Member extends Person {
  readonly role: Role;
  readonly wealth: number;
  joined: boolean;
}

/** Dollars brought by each role, and the leverage it seeks on its perpetual. */
export const HABITS: Readonly<Record<Role, { readonly wealth: number; readonly leverage: number }>> = {
  maker: { wealth: 5_000_000, leverage: 0 },
  liquidator: { wealth: 400_000, leverage: 0 },
  reckless: { wealth: 12_000, leverage: 9 },
  leveraged: { wealth: 25_000, leverage: 5.5 },
  careful: { wealth: 60_000, leverage: 2 },
  options: { wealth: 80_000, leverage: 0 },
  holder: { wealth: 20_000, leverage: 0 },
};

const TRADERS: readonly Role[] = ["reckless", "leveraged", "careful", "options", "holder"];

export function makePerson(seed: string, name: string, account: number): Person {
  const label = `person/${name}`;
  const makeKey = (nonce: bigint) => seededKey(seed, `${label}/${nonce}`);
  return { name, account, key: seededKey(seed, label), makeKey, exitAddress: seededWord(seed, `exit/${name}`, 20), nextOrderId: 1n };
}

/** n members: a market maker and a liquidator for every ten, the rest traders of all roles in turn. */
export function makeMembers(seed: string, n: number): Member[] {
  const pairs = Math.max(1, Math.floor(n / 10));
  return Array.from({ length: n }, (_, i) => {
    const role = i < pairs ? "maker" : i < 2 * pairs ? "liquidator" : (TRADERS[(i - 2 * pairs) % TRADERS.length] ?? "holder");
    return { ...makePerson(seed, `${role}-${i}`, i), role, wealth: HABITS[role].wealth, joined: false };
  });
}
