// Transitions, price reports and genesis as JSON, in both directions: the shapes of a batch file's items. docs/batch-file.md is the page for people.
//
// One value has one spelling: integers that can exceed 2^53 are canonical decimal strings (no sign but a minus, no leading zero, no exponent),
// small counts are JSON numbers, objects have exactly the listed fields.
import { z } from "zod";
import { ZkStateError } from "../core/errors.js";
import { R } from "../core/field.js";
import { BITS, CHAINS, COMMITTEE, K, M, QUORUM, QUOTE, SCENARIOS, U } from "./constants.js";
import type { GenesisInput } from "./genesis.js";
import type { PriceReport, Transition } from "./types.js";

export type GenesisItem = Required<GenesisInput> & { readonly kind: "genesis" };
export type ReportItem = PriceReport & { readonly kind: "report" };
/** One entry of a batch file. */
export type BatchItem = GenesisItem | ReportItem | Transition;

const UNSIGNED = /^(?:0|[1-9][0-9]{0,77})$/;
const SIGNED = /^(?:0|-?[1-9][0-9]{0,77})$/;

function shortNumber(n: bigint): string {
  if (n === R) return "r";
  const magnitude = n < 0n ? -n : n;
  const power = magnitude.toString(2).length - 1;
  return power > 12 && magnitude === 1n << BigInt(power) ? `${n < 0n ? "-" : ""}2^${power}` : `${n}`;
}

/** A decimal string in [min, max). */
function decimal(min: bigint, max: bigint, what: string) {
  const form = min < 0n ? SIGNED : UNSIGNED;
  const range = `[${shortNumber(min)}, ${shortNumber(max)})`;
  return z
    .string()
    .regex(form, `a canonical decimal string (${min < 0n ? "an optional minus, " : ""}digits, no leading zero)`)
    .refine((s) => !form.test(s) || (BigInt(s) >= min && BigInt(s) < max), { error: `a value in ${range}` })
    .transform((s) => BigInt(form.test(s) ? s : 0))
    .meta({ description: `${what}, in ${range}` });
}

const bits = (n: number, what: string, min = 0n) => decimal(min, 1n << BigInt(n), what);
const signedBits = (n: number, what: string) => decimal(-(1n << BigInt(n - 1)), 1n << BigInt(n - 1), what);
const count = (max: number, what: string) =>
  z
    .int()
    .min(0)
    .max(max - 1)
    .meta({ description: `${what}, 0 to ${max - 1}` });
const listOf = <T extends z.ZodType>(item: T, n: number) => z.array(item).length(n);

const field = (what: string) => decimal(0n, R, what);
const address = (what: string) => bits(160, what);
const account = (what: string) => count(2 ** 32, what);
const point = z.strictObject({ ax: field("x of a Baby Jubjub point"), ay: field("y of a Baby Jubjub point") });
const signature = z.strictObject({ r8x: field("x of R8"), r8y: field("y of R8"), s: field("scalar S") });
const movable = z.union([z.literal([0, 1, QUOTE])]).meta({ description: `spot column 0 or 1 (lots), or ${QUOTE} for cash (1e-6 quote)` });
const chain = count(CHAINS, "custody chain");
const nonce = bits(BITS.nonce, "nonce of the signer");
const time = (what: string) => bits(BITS.time, `${what}, unix seconds`);
/** The wider of the two amounts; which one holds depends on the instrument and is checked below. */
const amount = bits(BITS.quoteAmount, "amount: 1e-6 quote for cash, lots below 2^46 otherwise", 1n);
const lots = bits(BITS.lots, "lots", 1n);

const order = z.strictObject({
  orderId: bits(BITS.orderId, "order id", 1n),
  orderSize: bits(BITS.orderSize, "lots of the whole order", 1n),
  limitPrice: bits(BITS.price, "limit price, (1e-6 quote per lot) * 2^24"),
  maxFee: bits(BITS.maxFee, "largest fee for the whole order, 1e-6 quote"),
  expiry: time("last time at which the order may trade"),
  reduceOnly: z.boolean(),
  signature,
});

const kind = <T extends string>(name: T) => z.literal(name);
const fee = signedBits(BITS.fee, "fee, 1e-6 quote; negative is a rebate");

const transitions = {
  noop: z.strictObject({ kind: kind("noop") }),
  deposit: z.strictObject({
    kind: kind("deposit"),
    account: account("account"),
    chain,
    instrument: movable,
    amount,
    owner: point,
    exitAddress: address("where refunds and exits go"),
  }),
  withdraw: z.strictObject({
    kind: kind("withdraw"),
    account: account("payer"),
    chain,
    instrument: movable,
    amount,
    recipient: address("receiver on the chain"),
    nonce,
    signature,
  }),
  transfer: z.strictObject({
    kind: kind("transfer"),
    from: account("payer"),
    to: account("payee"),
    instrument: movable,
    amount,
    nonce,
    signature,
  }),
  trade: z.strictObject({
    kind: kind("trade"),
    buyer: account("buyer"),
    seller: account("seller"),
    instrument: count(M, "column"),
    amount: lots,
    price: bits(BITS.price, "price, (1e-6 quote per lot) * 2^24"),
    buyerFee: fee,
    sellerFee: fee,
    buyOrder: order,
    sellOrder: order,
  }),
  liquidate: z.strictObject({
    kind: kind("liquidate"),
    victim: account("account below maintenance"),
    liquidator: account("account that takes the slice"),
    fraction: z.literal([1, 2, 4]).meta({ description: "quarters of the portfolio" }),
    leastReward: bits(BITS.quoteAmount, "least reward, 1e-6 quote"),
    expiry: time("last time at which this may run"),
    nonce,
    signature,
  }),
  cancel: z.strictObject({
    kind: kind("cancel"),
    account: account("account"),
    newMinOrderId: bits(BITS.orderId, "smallest order id still alive", 1n),
    nonce,
    signature,
  }),
  setKey: z.strictObject({ kind: kind("setKey"), account: account("account"), newOwner: point, nonce, signature, newSignature: signature }),
} as const;

const report = z.strictObject({
  kind: kind("report"),
  time: time("time of the prices"),
  index: listOf(bits(BITS.price, "index price", 1n), U),
  perpMark: listOf(bits(BITS.price, "mark of a perpetual", 1n), U),
  optionMark: listOf(bits(BITS.price, "mark of an option"), K),
  fundingIntegral: listOf(signedBits(BITS.index, "funding paid per lot since genesis, scale 2^48"), U),
  squaredReturnIntegral: listOf(bits(BITS.index, "squared return since genesis, scale 2^48"), U),
  scenario: listOf(listOf(bits(BITS.riskPrice, "value of the option, scale 2^8"), SCENARIOS), K),
  signatures: z
    .array(z.strictObject({ signer: count(COMMITTEE, "committee member"), signature }))
    .max(COMMITTEE)
    .meta({ description: `${QUORUM} signatures in rising signer order` }),
});

const keys = listOf(point, COMMITTEE);
const word = field("reserved for a later version");
const perUnderlying = listOf(word, U);
const config = z.strictObject({
  haircut: listOf(bits(17, "haircut, scale 2^16"), U),
  shock: listOf(bits(6, "0, 8, 16 or 32 percent"), U),
  fundingCap: listOf(bits(32, "largest funding rate per second, scale 2^40"), U),
  initialFactor: bits(10, "initial margin over maintenance, scale 2^8"),
  discountRate: bits(17, "liquidation discount per shortfall, scale 2^16"),
  discountShare: bits(17, "the liquidator's share of the discount, scale 2^16"),
  bounty: bits(60, "bounty for a bankrupt account, 1e-6 quote"),
  dustEquity: bits(60, "equity below which an account is dust, 1e-6 quote"),
  phi: listOf(bits(14, "tail charge of a column, scale 1e-4"), M),
  openInterestCap: listOf(bits(63, "cap of open interest, lots"), M - U),
  optionExpiry: listOf(time("expiry of an option"), K),
  shockMultiplier: perUnderlying,
  varianceHorizon: perUnderlying,
  varianceTau: perUnderlying,
  breakerBand: perUnderlying,
  breakerSeconds: perUnderlying,
  interestRate: word,
  optionCall: listOf(z.boolean(), K),
  optionStrike: listOf(field("strike, (1e-6 quote per lot) * 2^24"), K),
});

const genesis = z.strictObject({
  kind: kind("genesis"),
  ledgerId: field("ledger id"),
  nLevels: z.int().min(2).max(16).meta({ description: "depth of the 4-ary accounts tree" }),
  contracts: listOf(field("chainId * 2^160 + address of the custody contract"), CHAINS),
  insurance: bits(BITS.custodyQuote, "insurance fund at the start, in custody of chain 0, 1e-6 quote"),
  committee: keys,
  governance: keys,
  config,
});

/** The schema of every kind of item. */
const SCHEMAS = { genesis, report, ...transitions } satisfies Record<BatchItem["kind"], z.ZodType<BatchItem>>;

/** Plain JSON Schema (draft 2020-12) of a batch file that is an array; each line of a JSON lines file is one of its items. */
export function batchFileSchema(): unknown {
  const file = z.array(z.discriminatedUnion("kind", [genesis, report, ...Object.values(transitions)]));
  return { title: "zkstate batch file", ...z.toJSONSchema(file, { io: "input" }) };
}

const KINDS = Object.keys(SCHEMAS) as readonly BatchItem["kind"][];

const isKind = (x: unknown): x is BatchItem["kind"] => typeof x === "string" && Object.hasOwn(SCHEMAS, x);

/** What the reader needs to find the faulty entry. */
export interface ItemPlace {
  /** Position among the file's items, from 0. */
  readonly index: number;
  /** Line of the file, from 1, where items are lines. */
  readonly line?: number;
}

const shown = (value: unknown): string => {
  const text =
    typeof value === "object" && value !== null ? (Array.isArray(value) ? "an array" : "an object") : (JSON.stringify(value) ?? "nothing");
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
};

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((v, key) => (typeof v === "object" && v !== null ? (v as Record<PropertyKey, unknown>)[key] : undefined), value);

/**
 * Read one item of a batch file.
 * @throws INPUT_MALFORMED for a missing, unknown or mistyped field, INPUT_NOT_CANONICAL for a number that is misspelt or outside its width
 * @example decodeItem(JSON.parse(line), { index: 0, line: 1 })
 */
export function decodeItem(value: unknown, place: ItemPlace): BatchItem {
  const name = at(value, ["kind"]);
  if (!isKind(name)) {
    const details = { ...place };
    throw new ZkStateError({
      code: "INPUT_MALFORMED",
      message: `Item ${place.index} has no known kind.`,
      expected: KINDS.join(", "),
      got: shown(name),
      details,
    });
  }
  const parsed = SCHEMAS[name].safeParse(value);
  if (!parsed.success) throw wrongField(value, name, place, parsed.error.issues[0]);
  const item: BatchItem = parsed.data;
  if ("instrument" in item && item.kind !== "trade" && item.instrument !== QUOTE && item.amount >= 1n << BigInt(BITS.lots)) {
    throw wrongField(value, name, place, { code: "custom", path: ["amount"], message: `lots below 2^${BITS.lots}` });
  }
  return item;
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function wrongField(value: unknown, name: string, place: ItemPlace, issue: Issue | undefined): ZkStateError {
  const { code = "", path = [], message = "another shape", keys: unknownKeys = [] } = issue ?? {};
  const where = [...path, ...unknownKeys.slice(0, 1)].join(".");
  const got = at(value, path);
  const misspelt = code === "invalid_format" || code === "custom";
  return new ZkStateError({
    code: misspelt ? "INPUT_NOT_CANONICAL" : "INPUT_MALFORMED",
    message: `Item ${place.index} (${name}) has a wrong ${where || "shape"}.`,
    expected:
      unknownKeys.length > 0 ? "no such field" : message.replace(/^Invalid (?:input|option): expected /, "").replace(/, received .*$/, ""),
    got: shown(got),
    details: { ...place, kind: name, field: where },
  });
}

/** Plain JSON of any value made of ledger types: every bigint becomes a decimal string. */
export const encode = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, x: unknown) => (typeof x === "bigint" ? x.toString() : x)));

/** One line of a batch file. */
export const encodeLine = (item: BatchItem): string => JSON.stringify(encode(item));
