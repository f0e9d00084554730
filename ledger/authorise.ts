// Signatures and nonces of users' transitions: docs/rules.md section 3.
import { type PublicKey, type Signature, verify } from "../core/eddsa.js";
import { raiseNonce } from "./account.js";
import { messagesOf } from "./messages.js";
import { type Refused, type Result, refused } from "./refusal.js";
import type { Account, Transition } from "./types.js";
import type { World } from "./world.js";

/** Refuses a transition whose message of side A or B the key did not sign. Fields must be in range before. */
export function signatureRefusal(world: World, t: Transition, side: "a" | "b", key: PublicKey, signature: Signature): Refused | undefined {
  if (!world.checkSignatures) return undefined;
  const message = messagesOf(world.header.meta.ledgerId, t)[side];
  return verify(key, message, signature) ? undefined : refused("SIGNATURE_INVALID", `a signature of message ${message}`, "another");
}

interface Sequenced {
  readonly nonce: bigint;
  readonly signature: Signature;
}

/** The signer with its nonce raised, when nonce and signature hold. */
export function authorise(world: World, t: Transition & Sequenced, side: "a" | "b", signer: Account): Result<Account> {
  if (t.nonce !== signer.nonce) return refused("NONCE_MISMATCH", `${signer.nonce}`, t.nonce);
  return signatureRefusal(world, t, side, signer.owner, t.signature) ?? raiseNonce(signer);
}
