// Accounts as bytes: integers in the order of the type, sizes and checkpoints by count, and of the lanes only those in use.
import { LANES } from "../constants.js";
import { EMPTY_LANES } from "../orders.js";
import type { Account, Lane } from "../types.js";
import { ByteReader, ByteWriter } from "./bytes.js";
import { corrupt } from "./corrupt.js";

export function encodeAccount(a: Account): Buffer {
  const w = new ByteWriter().int(a.owner.ax).int(a.owner.ay).int(a.exitAddress).int(a.nonce).int(a.cash);
  w.int(a.interestCheckpoint).int(a.minOrderId).ints(a.sizes).ints(a.perpCheckpoints);
  const used = [...a.lanes.entries()].filter(([, lane]) => !isEmpty(lane));
  w.count(used.length);
  for (const [at, lane] of used) w.count(at).int(lane.orderId).int(lane.filled);
  return w.done();
}

/** @throws STORE_CORRUPT when the bytes are not those of an account. */
export function decodeAccount(bytes: Buffer, what: string): Account {
  const r = new ByteReader(bytes, what);
  const account = {
    owner: { ax: r.int(), ay: r.int() },
    exitAddress: r.int(),
    nonce: r.int(),
    cash: r.int(),
    interestCheckpoint: r.int(),
    minOrderId: r.int(),
    sizes: r.ints(),
    perpCheckpoints: r.ints(),
    lanes: readLanes(r, what),
  };
  r.end();
  return account;
}

const isEmpty = (lane: Lane): boolean => lane.orderId === 0n && lane.filled === 0n;

// PERF: unused lanes are the one shared array, whose hashes are known.
function readLanes(r: ByteReader, what: string): readonly Lane[] {
  const used = r.count();
  if (used === 0) return EMPTY_LANES;
  const lanes = [...EMPTY_LANES];
  for (let i = 0, last = -1; i < used; i++) {
    const at = r.count();
    if (at <= last || at >= LANES) throw corrupt(`${what}: lane ${at} is out of place`);
    lanes[at] = { orderId: r.int(), filled: r.int() };
    last = at;
  }
  return lanes;
}
