// Order lanes: docs/rules.md section 2. lane = orderId * 2^48 + filled, 8 groups of 8; hashes are kept per lanes array and only what changed is redone.
import { poseidon, poseidonMany } from "../core/poseidon.js";
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

/** Hashes the groups of all arrays that are not known yet, together. */
function hashGroups(all: readonly (readonly Lane[])[]): void {
  const words: bigint[] = [];
  const takers: ((hash: bigint) => void)[] = [];
  for (const lanes of all) {
    const { groups } = hashesOf(lanes);
    for (let g = 0; g < LANE_GROUPS; g++) {
      if (groups[g] !== undefined) continue;
      const group = groupWords(lanes, g);
      if (group.every((word) => word === 0n)) {
        groups[g] = EMPTY_GROUP;
      } else {
        words.push(...group);
        takers.push((hash) => {
          groups[g] = hash;
        });
      }
    }
  }
  for (const [i, hash] of poseidonMany(GROUP_SIZE, words).entries()) takers[i]?.(hash);
}

/** The eight group hashes. */
export function groupHashes(lanes: readonly Lane[]): bigint[] {
  hashGroups([lanes]);
  return hashesOf(lanes).groups.map((hash) => hash ?? EMPTY_GROUP);
}

/** P8 over the group hashes, for many arrays at once. */
export function ordersRoots(all: readonly (readonly Lane[])[]): bigint[] {
  const fresh = [...new Set(all)].filter((lanes) => hashesOf(lanes).root === undefined);
  hashGroups(fresh);
  const roots = poseidonMany(LANE_GROUPS, fresh.flatMap(groupHashes));
  for (const [i, lanes] of fresh.entries()) hashesOf(lanes).root = roots[i];
  return all.map((lanes) => hashesOf(lanes).root ?? 0n);
}

export const ordersRoot = (lanes: readonly Lane[]): bigint => ordersRoots([lanes])[0] ?? 0n;

/** The lanes with one replaced. */
export function withLane(lanes: readonly Lane[], index: number, lane: Lane): readonly Lane[] {
  const next = lanes.with(index, lane);
  const cache = hashes.get(lanes);
  if (cache !== undefined) hashes.set(next, { groups: cache.groups.with(groupOf(index), undefined), root: undefined });
  return next;
}
