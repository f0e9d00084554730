// The first state of a ledger: docs/rules.md sections 1 and 2 (config ranges).
import { isValidKey, type PublicKey } from "../core/eddsa.js";
import { ZkStateError } from "../core/errors.js";
import { isCanonical } from "../core/field.js";
import { BITS, CHAINS, COMMITTEE, K, M, U } from "./constants.js";
import { fits } from "./range.js";
import { checkLevels, defaultNode } from "./smt.js";
import type { Chain, Config, Header, Markets } from "./types.js";

/** What a venue chooses once. */
export interface GenesisInput {
  readonly ledgerId: bigint;
  readonly config: Config;
  readonly committee: readonly PublicKey[];
  readonly governance: readonly PublicKey[];
  /** One word per chain: see `contractWord`. */
  readonly contracts: readonly bigint[];
  /** Depth of the accounts tree; the root of the empty tree depends on it. */
  readonly nLevels: number;
  /** Quote (1e-6) already in custody on chain 0 for the insurance fund. @defaultValue 0n */
  readonly insurance?: bigint;
}

/** chainId * 2^160 + address of the custody contract. */
export const contractWord = (chainId: bigint, address: bigint): bigint => (chainId << 160n) + address;

function invalid(what: string, expected: string, got: unknown): never {
  throw new ZkStateError({ code: "CONFIG_INVALID", message: `The genesis has a wrong ${what}.`, expected, got: `${got}` });
}

type Check = readonly [name: keyof Config, count: number, ok: (x: bigint) => boolean, range: string];
const below = (limit: bigint) => (x: bigint) => x >= 0n && x < limit;
const UNIT = 1n << 16n;

const CHECKS: readonly Check[] = [
  ["haircut", U, below(UNIT + 1n), "[0, 2^16]"],
  ["shock", U, (x) => [0n, 8n, 16n, 32n].includes(x), "0, 8, 16 or 32"],
  ["fundingCap", U, below(1n << 32n), "[0, 2^32)"],
  ["initialFactor", 1, (x) => x >= 256n && x < 1024n, "[256, 1024)"],
  ["discountRate", 1, below(UNIT + 1n), "[0, 2^16]"],
  ["discountShare", 1, below(UNIT + 1n), "[0, 2^16]"],
  ["bounty", 1, below(1n << 60n), "[0, 2^60)"],
  ["dustEquity", 1, below(1n << 60n), "[0, 2^60)"],
  ["phi", M, below(1n << 14n), "[0, 2^14)"],
  ["openInterestCap", M - U, below(1n << 63n), "[0, 2^63)"],
  ["optionExpiry", K, below(1n << BigInt(BITS.time)), "[0, 2^40)"],
  ["shockMultiplier", U, isCanonical, "[0, r)"],
  ["varianceHorizon", U, isCanonical, "[0, r)"],
  ["varianceTau", U, isCanonical, "[0, r)"],
  ["breakerBand", U, isCanonical, "[0, r)"],
  ["breakerSeconds", U, isCanonical, "[0, r)"],
  ["interestRate", 1, isCanonical, "[0, r)"],
  ["optionStrike", K, isCanonical, "[0, r)"],
];

/** The config itself when it keeps every range of docs/rules.md section 2. @throws CONFIG_INVALID naming the first entry that does not. */
function checkConfig(config: Config): Config {
  for (const [name, count, ok, range] of CHECKS) {
    const entry = config[name];
    const values: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
    if (values.length !== count) invalid(name, `${count} values`, values.length);
    const wrong = values.find((x) => typeof x !== "bigint" || !ok(x));
    if (wrong !== undefined) invalid(name, range, wrong);
  }
  if (config.optionCall.length !== K) invalid("optionCall", `${K} values`, config.optionCall.length);
  return config;
}

function checkKeys(keys: readonly PublicKey[], what: string): readonly PublicKey[] {
  if (keys.length !== COMMITTEE) invalid(what, `${COMMITTEE} keys`, keys.length);
  if (!keys.every(isValidKey)) invalid(what, "keys on the curve, not of small order", "another point");
  if (new Set(keys.map((key) => `${key.ax},${key.ay}`)).size !== COMMITTEE) invalid(what, "different keys", "a repeated key");
  return keys;
}

const zeros = (n: number): bigint[] => Array.from({ length: n }, () => 0n);

function genesisMarkets(input: GenesisInput, insurance: bigint): Markets {
  return {
    priceHash: 0n,
    fundingIntegral: zeros(U),
    squaredReturnIntegral: zeros(U),
    variance: zeros(U),
    breakerUntil: zeros(U),
    interestIndex: 1n << 48n, // one, at scale 2^48
    totalBorrow: 0n,
    settlementValue: zeros(K),
    openInterest: zeros(M - U),
    insurance,
    fees: 0n,
    perpetualPool: 0n,
    config: checkConfig(input.config),
    committee: checkKeys(input.committee, "committee"),
    governance: checkKeys(input.governance, "governance"),
  };
}

function genesisChain(contract: bigint, quote: bigint): Chain {
  if (!isCanonical(contract)) invalid("contract", "chainId * 2^160 + address, below r", contract);
  return { contract, custody: [quote, ...zeros(U)], depositHead: 0n, withdrawalHead: 0n, depositCount: 0n, withdrawalCount: 0n };
}

/**
 * The header of a ledger without accounts; initial insurance is matched by quote custody on chain 0.
 * @throws CONFIG_INVALID when a range of docs/rules.md section 2 is left.
 */
export function genesis(input: GenesisInput): Header {
  const insurance = input.insurance ?? 0n;
  checkLevels(input.nLevels);
  if (!isCanonical(input.ledgerId)) invalid("ledgerId", "[0, r)", input.ledgerId);
  if (!fits(insurance, BITS.custodyQuote)) invalid("insurance", `[0, 2^${BITS.custodyQuote})`, insurance);
  if (input.contracts.length !== CHAINS) invalid("contracts", `${CHAINS} chains`, input.contracts.length);
  return {
    accountsRoot: defaultNode(input.nLevels),
    markets: genesisMarkets(input, insurance),
    chains: input.contracts.map((contract, i) => genesisChain(contract, i === 0 ? insurance : 0n)),
    meta: { ledgerId: input.ledgerId, batchNumber: 0n, timestamp: 0n, historyHash: 0n },
  };
}
