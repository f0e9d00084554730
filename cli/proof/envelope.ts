// batch.json: what a proof is about. It wraps snarkjs' files and binds the published batch to the roots that were proven.
import { z } from "zod";
import type { Instance } from "../../circuits/instances.js";
import type { Executed } from "../../ledger/batch.js";
import { chainsHash, marketsHash } from "../../ledger/hashing.js";
import type { Header } from "../../ledger/types.js";
import { itemsOf } from "../execute/published.js";

export const FORMAT = "zkstate batch 1";

const Word = z.string().regex(/^(?:0|[1-9][0-9]{0,77})$/);
const Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** The parts of a state root, and what else is needed to follow the batch. */
const Opening = z.strictObject({ accountsRoot: Word, marketsHash: Word, chainsHash: Word, timestamp: Word, historyHash: Word });

export const Envelope = z.strictObject({
  format: z.literal(FORMAT),
  batchNumber: z.int().min(1),
  ledgerId: Word,
  oldRoot: Word,
  newRoot: Word,
  /** oldRoot and newRoot opened: Poseidon of accountsRoot, marketsHash, chainsHash and the hash of ledgerId, batch number, timestamp, historyHash. */
  before: Opening,
  after: Opening,
  /** Deposit queue heads of the chains before the batch: the batch commitment holds those after each deposit. */
  depositHeads: z.array(Word),
  circuit: z.strictObject({
    id: z.string(),
    /** Bounded, since checking an envelope hashes every slot. */
    nTx: z.int().min(1).max(1024),
    nAccounts: z.int().min(1),
    nLevels: z.int().min(1),
    digest: Hex,
    constraints: z.int(),
  }),
  keys: z.strictObject({ kind: z.enum(["development", "production"]), vkeyDigest: Hex }),
  /** SHA-256 of the batch file's items, and which of the file's batches this is. */
  content: z.strictObject({ id: Hex, part: z.int().min(1), parts: z.int().min(1) }),
  prover: z.strictObject({ version: z.string(), backend: z.string() }),
  timings: z.strictObject({ executeMs: z.number(), witnessMs: z.number(), proveMs: z.number(), verifyMs: z.number() }),
  /** SHA-256 of the files beside this one. */
  digests: z.strictObject({ "proof.json": Hex, "public.json": Hex, "verification_key.json": Hex }),
  /** The price report and the transitions, as in a batch file. */
  batch: z.array(z.unknown()).min(1),
});

export type Envelope = z.infer<typeof Envelope>;

const opening = ({ accountsRoot, markets, chains, meta }: Header): z.infer<typeof Opening> => ({
  accountsRoot: `${accountsRoot}`,
  marketsHash: `${marketsHash(markets)}`,
  chainsHash: `${chainsHash(chains)}`,
  timestamp: `${meta.timestamp}`,
  historyHash: `${meta.historyHash}`,
});

/** The part of an envelope that the ledger knows. */
export function statementOf(
  before: Header,
  executed: Executed,
  instance: Instance,
): Pick<Envelope, "format" | "batchNumber" | "ledgerId" | "oldRoot" | "newRoot" | "before" | "after" | "depositHeads" | "batch"> & {
  profile: Omit<Instance, "id">;
} {
  const { nTx, nAccounts, nLevels } = instance;
  return {
    format: FORMAT,
    batchNumber: Number(executed.newHeader.meta.batchNumber),
    ledgerId: `${before.meta.ledgerId}`,
    oldRoot: `${executed.oldRoot}`,
    newRoot: `${executed.newRoot}`,
    before: opening(before),
    after: opening(executed.newHeader),
    depositHeads: before.chains.map((chain) => `${chain.depositHead}`),
    batch: itemsOf(executed.batch),
    profile: { nTx, nAccounts, nLevels },
  };
}
