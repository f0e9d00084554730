// The vocabulary of the ledger: what a state, a report, a transition and a batch are. Units as in docs/rules.md section 1.

/** A Baby Jubjub point, affine. */
export interface PublicKey {
  readonly ax: bigint;
  readonly ay: bigint;
}

/** EdDSA-Poseidon signature as circomlibjs makes it. */
export interface Signature {
  readonly r8x: bigint;
  readonly r8y: bigint;
  readonly s: bigint;
}

/** One order lane: the last order id that used it and how many lots of it were filled. */
export interface Lane {
  readonly orderId: bigint;
  readonly filled: bigint;
}

export interface Account {
  readonly owner: PublicKey;
  readonly exitAddress: bigint;
  readonly nonce: bigint;
  /** 1e-6 quote, signed. */
  readonly cash: bigint;
  readonly interestCheckpoint: bigint;
  readonly minOrderId: bigint;
  /** LANES entries. */
  readonly lanes: readonly Lane[];
  /** M sizes in lots, signed. */
  readonly sizes: readonly bigint[];
  /** U indices, scale 2^48. */
  readonly perpCheckpoints: readonly bigint[];
}

/** Risk configuration, docs/rules.md section 2. Arrays are by underlying (U), by column (M), by columns 2..M-1 or by option (K). */
export interface Config {
  readonly haircut: readonly bigint[];
  readonly shock: readonly bigint[];
  readonly fundingCap: readonly bigint[];
  readonly initialFactor: bigint;
  readonly discountRate: bigint;
  readonly discountShare: bigint;
  readonly bounty: bigint;
  readonly dustEquity: bigint;
  readonly phi: readonly bigint[];
  readonly openInterestCap: readonly bigint[];
  readonly optionExpiry: readonly bigint[];
  readonly shockMultiplier: readonly bigint[];
  readonly varianceHorizon: readonly bigint[];
  readonly varianceTau: readonly bigint[];
  readonly breakerBand: readonly bigint[];
  readonly breakerSeconds: readonly bigint[];
  readonly interestRate: bigint;
  readonly optionCall: readonly boolean[];
  readonly optionStrike: readonly bigint[];
}

export interface Markets {
  /** Hash of the last price report; 0 at genesis. */
  readonly priceHash: bigint;
  readonly fundingIntegral: readonly bigint[];
  readonly squaredReturnIntegral: readonly bigint[];
  readonly variance: readonly bigint[];
  readonly breakerUntil: readonly bigint[];
  readonly interestIndex: bigint;
  readonly totalBorrow: bigint;
  /** By option; 0 = not settled. */
  readonly settlementValue: readonly bigint[];
  /** By column 2..M-1, in lots. */
  readonly openInterest: readonly bigint[];
  readonly insurance: bigint;
  readonly fees: bigint;
  readonly perpetualPool: bigint;
  readonly config: Config;
  readonly committee: readonly PublicKey[];
  readonly governance: readonly PublicKey[];
}

export interface Chain {
  /** chainId * 2^160 + address of the custody contract. */
  readonly contract: bigint;
  /** Quote, then the spot assets. */
  readonly custody: readonly bigint[];
  readonly depositHead: bigint;
  readonly withdrawalHead: bigint;
  readonly depositCount: bigint;
  readonly withdrawalCount: bigint;
}

export interface Meta {
  readonly ledgerId: bigint;
  readonly batchNumber: bigint;
  readonly timestamp: bigint;
  readonly historyHash: bigint;
}

/** Everything of the state but the accounts. */
export interface Header {
  readonly accountsRoot: bigint;
  readonly markets: Markets;
  readonly chains: readonly Chain[];
  readonly meta: Meta;
}

export interface ReportSignature {
  /** Position in the committee. */
  readonly signer: number;
  readonly signature: Signature;
}

/** What the committee signs: docs/rules.md section 4. */
export interface PriceReport {
  readonly time: bigint;
  readonly index: readonly bigint[];
  readonly perpMark: readonly bigint[];
  readonly optionMark: readonly bigint[];
  readonly fundingIntegral: readonly bigint[];
  readonly squaredReturnIntegral: readonly bigint[];
  /** K rows of SCENARIOS values, scale 2^8. */
  readonly scenario: readonly (readonly bigint[])[];
  /** QUORUM signatures in rising signer order. */
  readonly signatures: readonly ReportSignature[];
}

/** One side's signed order. The side (buy or sell) and the instrument are part of the message and come from the trade. */
export interface Order {
  readonly orderId: bigint;
  readonly orderSize: bigint;
  readonly limitPrice: bigint;
  readonly maxFee: bigint;
  readonly expiry: bigint;
  readonly reduceOnly: boolean;
  readonly signature: Signature;
}

export interface Noop {
  readonly kind: "noop";
}
export interface Deposit {
  readonly kind: "deposit";
  readonly account: number;
  readonly chain: number;
  readonly instrument: number;
  readonly amount: bigint;
  readonly owner: PublicKey;
  readonly exitAddress: bigint;
}
export interface Withdraw {
  readonly kind: "withdraw";
  readonly account: number;
  readonly chain: number;
  readonly instrument: number;
  readonly amount: bigint;
  readonly recipient: bigint;
  readonly nonce: bigint;
  readonly signature: Signature;
}
export interface Transfer {
  readonly kind: "transfer";
  readonly from: number;
  readonly to: number;
  readonly instrument: number;
  readonly amount: bigint;
  readonly nonce: bigint;
  readonly signature: Signature;
}
export interface Trade {
  readonly kind: "trade";
  readonly buyer: number;
  readonly seller: number;
  readonly instrument: number;
  readonly amount: bigint;
  readonly price: bigint;
  readonly buyerFee: bigint;
  readonly sellerFee: bigint;
  readonly buyOrder: Order;
  readonly sellOrder: Order;
}
export interface Liquidate {
  readonly kind: "liquidate";
  readonly victim: number;
  readonly liquidator: number;
  /** Quarters of the portfolio: 1, 2 or 4. */
  readonly fraction: number;
  readonly leastReward: bigint;
  readonly expiry: bigint;
  readonly nonce: bigint;
  readonly signature: Signature;
}
export interface Cancel {
  readonly kind: "cancel";
  readonly account: number;
  readonly newMinOrderId: bigint;
  readonly nonce: bigint;
  readonly signature: Signature;
}
export interface SetKey {
  readonly kind: "setKey";
  readonly account: number;
  readonly newOwner: PublicKey;
  readonly nonce: bigint;
  readonly signature: Signature;
  /** By the new key over the same message: proof of possession. */
  readonly newSignature: Signature;
}

export type Transition = Noop | Deposit | Withdraw | Transfer | Trade | Liquidate | Cancel | SetKey;

/** nTx slots, nAccounts openings, a tree of 4^nLevels leaves. */
export interface Profile {
  readonly nTx: number;
  readonly nAccounts: number;
  readonly nLevels: number;
}

/** One report and the transitions executed under it. */
export interface Batch {
  readonly report: PriceReport;
  readonly transitions: readonly Transition[];
}
