// What a store says about itself: format, version, and the shape of the accounts it holds.
import { z } from "zod";
import { ZkStateError } from "../../core/errors.js";
import { CHAINS, K, LANES, U } from "../constants.js";
import { corrupt } from "./corrupt.js";
import type { Engine } from "./engine.js";
import { seal, unseal } from "./seal.js";

const KEY = Buffer.from("format");
const NAME = "zkstate-ledger";
/** Raised whenever older code could not read what newer code writes. */
const VERSION = 1;
const SHAPE = `U=${U} K=${K} LANES=${LANES} CHAINS=${CHAINS}`;
const Format = z.object({
  name: z.literal(NAME),
  version: z.int(),
  shape: z.string(),
  nLevels: z.int(),
  genesisRoot: z.string().regex(/^[0-9a-f]+$/),
});

/** Inside a transaction. */
export function writeFormat(engine: Engine, nLevels: number, genesisRoot: bigint): void {
  const format: z.infer<typeof Format> = { name: NAME, version: VERSION, shape: SHAPE, nLevels, genesisRoot: genesisRoot.toString(16) };
  void engine.meta.put(KEY, seal(KEY, Buffer.from(JSON.stringify(format))));
}

export const hasFormat = (engine: Engine): boolean => engine.meta.getBinary(KEY) !== undefined;

/** The store's number of levels. @throws STORE_CORRUPT for a foreign database, VERSION_MISMATCH for another version or shape. */
export function readFormat(engine: Engine): number {
  const { version, shape, nLevels } = read(engine);
  if (version !== VERSION) throw mismatch("format version", `${VERSION}`, `${version}`);
  if (shape !== SHAPE) throw mismatch("account shape", SHAPE, shape);
  return nLevels;
}

/** The state root before the first batch. */
export const readGenesisRoot = (engine: Engine): bigint => BigInt(`0x${read(engine).genesisRoot}`);

function read(engine: Engine): z.infer<typeof Format> {
  const bytes = engine.meta.getBinary(KEY);
  if (bytes === undefined)
    throw corrupt("it was never completed, or is not a ledger store", "Create the ledger again in an empty directory.");
  const parsed = Format.safeParse(JSON.parse(unseal(KEY, bytes, "the format record").toString("utf8")));
  if (!parsed.success) throw corrupt("its format is unknown");
  return parsed.data;
}

const mismatch = (what: string, expected: string, got: string): ZkStateError =>
  new ZkStateError({
    code: "VERSION_MISMATCH",
    message: `The ledger store has another ${what}.`,
    expected,
    got,
    next: "Use the zkstate version that wrote the store, or execute the published batches into a new one.",
  });
