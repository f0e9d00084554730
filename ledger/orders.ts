// Order lanes: docs/rules.md section 2. lane = orderId * 2^48 + filled, 8 groups of 8; hashes are kept per lanes array and only what changed is redone.
import { poseidon } from "../core/poseidon.js";
import { LANE_GROUPS, LANES } from "./constants.js";
import type { Lane } from "./types.js";

const GROUP_SIZE = LANES / LANE_GROUPS;
const EMPTY_LANE: Lane = { orderId: 0n, filled: 0n };

/** The lanes of a new account. One shared array, so that its hashes are computed once. */
export const EMPTY_LANES: readonly Lane[] = Array.from({ length: LANES }, () => EMPTY_LANE);

/** One lane as a word. */
export const laneWord = (lane: Lane): bigint => (lane.orderId << 48n) + lane.filled;

/** The lane that an order id uses. */
export const laneOf = (orderId: bigint): number => Number(orderId % BigInt(LANES));

/** The group of a lane. */
export const groupOf = (lane: number): number => Math.floor(lane / GROUP_SIZE);

/** The eight lane words of a group. */
export const groupWords = (lanes: readonly Lane[], group: number): bigint[] =>
  lanes.slice(group * GROUP_SIZE, (group + 1) * GROUP_SIZE).map(laneWord);

// PERF: arrays of lanes are immutable, so their hashes are kept by identity; a fill invalidates one group.
interface Hashes {
  readonly groups: (bigint | undefined)[];
  root: bigint | undefined;
}
const hashes = new WeakMap<readonly Lane[], Hashes>();

function hashesOf(lanes: readonly Lane[]): Hashes {
  const found = hashes.get(lanes) ?? { groups: new Array<bigint | undefined>(LANE_GROUPS).fill(undefined), root: undefined };
  hashes.set(lanes, found);
  return found;
}

const EMPTY_GROUP = poseidon(Array.from({ length: GROUP_SIZE }, () => 0n));

function hashGroup(lanes: readonly Lane[], group: number): bigint {
  const words = groupWords(lanes, group);
  return words.every((word) => word === 0n) ? EMPTY_GROUP : poseidon(words);
}

/** The eight group hashes. */
export function groupHashes(lanes: readonly Lane[]): bigint[] {
  const cache = hashesOf(lanes);
  return Array.from({ length: LANE_GROUPS }, (_, g) => (cache.groups[g] ??= hashGroup(lanes, g)));
}

/** P8 over the group hashes. */
export function ordersRoot(lanes: readonly Lane[]): bigint {
  const cache = hashesOf(lanes);
  cache.root ??= poseidon(groupHashes(lanes));
  return cache.root;
}

/** The lanes with one replaced. */
export function withLane(lanes: readonly Lane[], index: number, lane: Lane): readonly Lane[] {
  const next = lanes.with(index, lane);
  const cache = hashes.get(lanes);
  if (cache !== undefined) hashes.set(next, { groups: cache.groups.with(groupOf(index), undefined), root: undefined });
  return next;
}
