// Headers as bytes: every integer in a fixed order, lists by count.
import type { PublicKey } from "../../core/eddsa.js";
import type { Chain, Config, Header, Markets, Meta } from "../types.js";
import { ByteReader, ByteWriter } from "./bytes.js";

export function encodeHeader(h: Header): Buffer {
  const w = new ByteWriter().int(h.accountsRoot);
  writeMarkets(w, h.markets);
  w.count(h.chains.length);
  for (const c of h.chains) writeChain(w, c);
  const { ledgerId, batchNumber, timestamp, historyHash } = h.meta;
  return w.int(ledgerId).int(batchNumber).int(timestamp).int(historyHash).done();
}

/** @throws STORE_CORRUPT when the bytes are not those of a header. */
export function decodeHeader(bytes: Buffer, what: string): Header {
  const r = new ByteReader(bytes, what);
  const accountsRoot = r.int();
  const markets = readMarkets(r);
  const chains = Array.from({ length: r.count() }, () => readChain(r));
  const meta: Meta = { ledgerId: r.int(), batchNumber: r.int(), timestamp: r.int(), historyHash: r.int() };
  r.end();
  return { accountsRoot, markets, chains, meta };
}

function writeMarkets(w: ByteWriter, m: Markets): void {
  w.int(m.priceHash).ints(m.fundingIntegral).ints(m.squaredReturnIntegral).ints(m.variance).ints(m.breakerUntil);
  w.int(m.interestIndex).int(m.totalBorrow).ints(m.settlementValue).ints(m.openInterest);
  w.int(m.insurance).int(m.fees).int(m.perpetualPool);
  writeConfig(w, m.config);
  writeKeys(w, m.committee);
  writeKeys(w, m.governance);
}

const readMarkets = (r: ByteReader): Markets => ({
  priceHash: r.int(),
  fundingIntegral: r.ints(),
  squaredReturnIntegral: r.ints(),
  variance: r.ints(),
  breakerUntil: r.ints(),
  interestIndex: r.int(),
  totalBorrow: r.int(),
  settlementValue: r.ints(),
  openInterest: r.ints(),
  insurance: r.int(),
  fees: r.int(),
  perpetualPool: r.int(),
  config: readConfig(r),
  committee: readKeys(r),
  governance: readKeys(r),
});

function writeConfig(w: ByteWriter, c: Config): void {
  w.ints(c.haircut).ints(c.shock).ints(c.fundingCap).int(c.initialFactor).int(c.discountRate).int(c.discountShare);
  w.int(c.bounty).int(c.dustEquity).ints(c.phi).ints(c.openInterestCap).ints(c.optionExpiry);
  w.ints(c.shockMultiplier).ints(c.varianceHorizon).ints(c.varianceTau).ints(c.breakerBand).ints(c.breakerSeconds);
  w.int(c.interestRate)
    .ints(c.optionCall.map((call) => (call ? 1n : 0n)))
    .ints(c.optionStrike);
}

const readConfig = (r: ByteReader): Config => ({
  haircut: r.ints(),
  shock: r.ints(),
  fundingCap: r.ints(),
  initialFactor: r.int(),
  discountRate: r.int(),
  discountShare: r.int(),
  bounty: r.int(),
  dustEquity: r.int(),
  phi: r.ints(),
  openInterestCap: r.ints(),
  optionExpiry: r.ints(),
  shockMultiplier: r.ints(),
  varianceHorizon: r.ints(),
  varianceTau: r.ints(),
  breakerBand: r.ints(),
  breakerSeconds: r.ints(),
  interestRate: r.int(),
  optionCall: r.ints().map((call) => call === 1n),
  optionStrike: r.ints(),
});

const writeKeys = (w: ByteWriter, keys: readonly PublicKey[]): ByteWriter => w.ints(keys.flatMap((key) => [key.ax, key.ay]));

function readKeys(r: ByteReader): PublicKey[] {
  const words = r.ints();
  return Array.from({ length: words.length / 2 }, (_, i) => ({ ax: words[2 * i] ?? 0n, ay: words[2 * i + 1] ?? 0n }));
}

const writeChain = (w: ByteWriter, c: Chain): ByteWriter =>
  w.int(c.contract).ints(c.custody).int(c.depositHead).int(c.withdrawalHead).int(c.depositCount).int(c.withdrawalCount);

const readChain = (r: ByteReader): Chain => ({
  contract: r.int(),
  custody: r.ints(),
  depositHead: r.int(),
  withdrawalHead: r.int(),
  depositCount: r.int(),
  withdrawalCount: r.int(),
});
