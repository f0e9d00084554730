// An account as JSON, in both directions, for browsers as well: the preimage of a leaf (docs/rules.md section 2).
import * as z from "zod/mini";
import { signed, unsigned, Word } from "../../core/publication/numbers.js";
import { BITS, LANES, M, U } from "../constants.js";
import type { Lane } from "../types.js";
import { PublicKeyJson } from "./header.js";

const LaneJson = z.strictObject({ orderId: unsigned(BITS.orderId), filled: unsigned(BITS.orderSize) });
const EMPTY: Lane = { orderId: 0n, filled: 0n };

/** Lanes that were used, by their number. */
const LanesJson = z.codec(
  z.record(
    z.string().check(
      z.regex(/^(?:0|[1-9][0-9]?)$/),
      z.refine((n) => Number(n) < LANES),
    ),
    LaneJson,
  ),
  z.array(z.custom<Lane>()).check(z.length(LANES)),
  {
    decode: (used) => Array.from({ length: LANES }, (_, i) => used[`${i}`] ?? EMPTY),
    encode: (lanes) => Object.fromEntries(lanes.flatMap((lane, i) => (lane.orderId === 0n && lane.filled === 0n ? [] : [[`${i}`, lane]]))),
  },
);

/** Decodes to an Account of ledger/types.ts. */
export const AccountJson = z.strictObject({
  owner: PublicKeyJson,
  exitAddress: Word,
  nonce: unsigned(BITS.nonce),
  cash: signed(BITS.cash),
  interestCheckpoint: Word,
  minOrderId: unsigned(BITS.orderId),
  lanes: LanesJson,
  sizes: z.array(signed(BITS.size)).check(z.length(M)),
  perpCheckpoints: z.array(signed(BITS.index)).check(z.length(U)),
});

/** leaves/XX/HASH.json */
export const LeafFile = z.strictObject({ format: z.literal("zkstate account 1"), account: AccountJson });
