// What a batch did, as one hash: docs/rules.md section 9.
import { poseidon } from "../core/poseidon.js";
import { accountsOf } from "./apply.js";
import { BITS, KIND } from "./constants.js";
import { messagesOf } from "./messages.js";
import { pack } from "./range.js";
import type { Transition } from "./types.js";

/** The five words of a slot that enter the batch commitment. */
export interface SlotWords {
  readonly header: bigint;
  readonly messageA: bigint;
  readonly messageB: bigint;
  readonly body: bigint;
  readonly fees: bigint;
}

const FEE_BIAS = 1n << BigInt(BITS.fee - 1);

function slotHeader(t: Transition): bigint {
  const [a = 0, b = 0] = accountsOf(t);
  return pack([
    ["kind", BigInt(KIND[t.kind]), 8, 0],
    ["account A", BigInt(a), 32, 8],
    ["account B", BigInt(b), 32, 40],
    ["instrument", "instrument" in t ? BigInt(t.instrument) : 0n, 4, 72],
    ["chain", "chain" in t ? BigInt(t.chain) : 0n, 2, 76],
    ["fraction", "fraction" in t ? BigInt(t.fraction) : 0n, 3, 78],
  ]);
}

/** The words of an executed transition; `depositHead` is that of its chain after the slot. */
export function slotWords(ledgerId: bigint, t: Transition, depositHead: bigint): SlotWords {
  const messages = messagesOf(ledgerId, t);
  const [feeA, feeB] = t.kind === "trade" ? [t.buyerFee, t.sellerFee] : [0n, 0n];
  return {
    header: slotHeader(t),
    messageA: t.kind === "deposit" ? depositHead : messages.a,
    messageB: messages.b,
    body: ("amount" in t ? t.amount : 0n) + ((t.kind === "trade" ? t.price : 0n) << 60n),
    fees: feeA + FEE_BIAS + ((feeB + FEE_BIAS) << BigInt(BITS.fee)),
  };
}

/**
 * c_nTx: the report, the new batch number, nTx, then every slot; missing slots are noops.
 * @throws RangeError for more slots than nTx: what a commitment leaves out would be published without being proven
 */
export function batchCommitment(priceHash: bigint, batchNumber: bigint, nTx: number, slots: readonly SlotWords[]): bigint {
  if (slots.length > nTx) throw new RangeError(`${slots.length} transitions in ${nTx} slots`);
  const noop = slotWords(0n, { kind: "noop" }, 0n);
  let c = poseidon([priceHash, batchNumber, BigInt(nTx)]);
  for (let n = 0; n < nTx; n++) {
    const { header, messageA, messageB, body, fees } = slots[n] ?? noop;
    c = poseidon([c, header, messageA, messageB, body, fees]);
  }
  return c;
}

export const nextHistoryHash = (historyHash: bigint, commitment: bigint): bigint => poseidon([historyHash, commitment]);
