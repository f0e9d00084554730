// A proven root opened: header and prices, checked against the root that the certificates lead to.
import type * as z from "zod/mini";
import { stateFile } from "../core/publication/files.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import { stateRoot } from "../ledger/hashing.js";
import { derivePrices, type Prices, priceHash } from "../ledger/prices.js";
import { type PricesJson, StateFile } from "../ledger/published/state.js";
import type { Header } from "../ledger/types.js";
import { invalid, LIMITS, readJson, shaped } from "./answers.js";
import type { Boundary } from "./links.js";
import type { Transport } from "./transport.js";

/** The price report of a batch, without its signatures. */
export type ReportedPrices = z.output<typeof PricesJson>;

/** A state that certificates lead to from the trust root. All of it is proven. */
export interface VerifiedHead extends Boundary {
  /** Time of the last price report, Unix seconds. */
  readonly timestamp: number;
  readonly header: Header;
  /** None at the genesis. */
  readonly prices: ReportedPrices | null;
}

/** Marks, risk prices and the rest that follows from a state's prices; undefined where it has none. */
export const pricesOf = ({ header, prices }: VerifiedHead): Prices | undefined =>
  prices === null ? undefined : derivePrices(prices, header.markets.priceHash, header.markets.config);

/** A state file's JSON against the root it must open. @throws RESPONSE_INVALID */
export function openState(json: unknown, { batchNumber, root }: Boundary, trustRoot: TrustRoot): VerifiedHead {
  const file = stateFile(root);
  const { header, prices } = shaped(StateFile, json, file);
  const { meta, markets, chains } = header;
  const differs = (check: Parameters<typeof invalid>[1], what: string, expected: unknown, got: unknown) =>
    invalid(file, check, `The state has another ${what}.`, { expected: `${expected}`, got: `${got}` });
  const opened = stateRoot(header);
  if (opened !== root) throw differs("state root", "root than the certificates prove", root, opened);
  if (meta.ledgerId !== trustRoot.ledgerId) throw differs("ledger", "ledger", trustRoot.ledgerId, meta.ledgerId);
  if (meta.batchNumber !== BigInt(batchNumber)) throw differs("batch number", "batch number", batchNumber, meta.batchNumber);
  const contracts = chains.map((chain) => chain.contract);
  if (`${contracts}` !== `${trustRoot.chains}`) throw differs("chains", "list of custody contracts", trustRoot.chains, contracts);
  const hash = prices === null ? 0n : priceHash(meta.ledgerId, prices);
  if (hash !== markets.priceHash) throw differs("prices", "price report", markets.priceHash, hash);
  return { batchNumber, root, timestamp: Number(meta.timestamp), header, prices };
}

/** Fetches the state behind a root. @throws RESPONSE_INVALID, or as the transport */
export async function fetchState(
  transport: Transport,
  at: Boundary,
  trustRoot: TrustRoot,
  signal?: AbortSignal,
): Promise<{ head: VerifiedHead; json: unknown }> {
  const json = await readJson(transport, stateFile(at.root), LIMITS.state, signal);
  return { head: openState(json, at, trustRoot), json };
}
