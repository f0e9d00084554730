// Tampering: a second client, without a memory of its own, is lied to about one byte; what it says is shown.
import { asZkStateError, type ZkStateError } from "../../core/errors.js";
import type { TrustRoot } from "../../core/publication/trust-root.js";
import { LightClient } from "../light-client.js";
import type { Transport } from "../transport.js";
import { anyBit, type Choice, type Flip, flipping, lastDigitOf } from "./flip.js";

export const TARGETS = ["certificate", "state", "account"] as const;
export type Target = (typeof TARGETS)[number];

export interface Tampered {
  /** Undefined when there was nothing to change. */
  readonly flip: Flip | undefined;
  /** Undefined when nothing refused it. */
  readonly refusal: ZkStateError | undefined;
}

/** What the visitor's page stands on. */
export interface Ground {
  readonly transport: Transport;
  readonly trustRoot: TrustRoot;
  readonly batchNumber: number;
  /** The account to lie about. */
  readonly account: number;
}

const choiceOf = (target: Target, batchNumber: number): Choice => {
  switch (target) {
    case "certificate":
      return { picks: (file) => file.startsWith("certificates/") && file.endsWith(`-${batchNumber}.bin`), byte: anyBit };
    case "state":
      return { picks: (file) => file.startsWith("states/"), byte: lastDigitOf("insurance") };
    case "account":
      return { picks: (file) => file.startsWith("leaves/"), byte: lastDigitOf("cash") };
    default: {
      const gone: never = target;
      return gone;
    }
  }
};

/** Lies to a new client about one byte. */
export async function tamper(target: Target, { transport, trustRoot, batchNumber, account }: Ground): Promise<Tampered> {
  const liar = flipping(transport, choiceOf(target, batchNumber));
  const client = new LightClient({ trustRoot, transport: liar, stalenessSeconds: Number.MAX_SAFE_INTEGER });
  try {
    await client.sync();
    if (target === "account") await client.getAccount(account);
    return { flip: liar.flipped(), refusal: undefined };
  } catch (e) {
    return { flip: liar.flipped(), refusal: asZkStateError(e) };
  }
}
