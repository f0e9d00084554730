// The trust root: the one thing that a client must have from a source that it trusts. Everything else is checked against it.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import { BatchNumber, Digest, Seconds, Word } from "./numbers.js";

export const TrustRoot = z.strictObject({
  format: z.literal("zkstate trust root 1"),
  ledgerId: Word,
  /** The state from which a client starts: 0 for the genesis, later for a checkpoint. */
  batchNumber: BatchNumber,
  /** Root of that state. */
  root: Word,
  vkeyDigest: Digest,
  srsDigest: Digest,
  /** Levels of the accounts tree, which the circuit fixes. */
  nLevels: z.int().check(z.gte(3), z.lte(16)),
  /** chainId * 2^160 + address of the custody contract, by chain. */
  chains: z.array(Word).check(z.maxLength(4)),
  /** development: whoever made the keys or the setup can forge. */
  keys: z.enum(["development", "production"]),
  createdAt: Seconds,
});
export type TrustRoot = z.output<typeof TrustRoot>;

/** SHA-256, hex, of the trust root's fields in the order above: what people compare. */
export function trustRootDigest(trustRoot: TrustRoot): string {
  const { format, ledgerId, batchNumber, root, vkeyDigest, srsDigest, nLevels, chains, keys, createdAt } = z.encode(TrustRoot, trustRoot);
  const fields = [format, ledgerId, batchNumber, root, vkeyDigest, srsDigest, nLevels, chains, keys, createdAt];
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(fields))));
}
