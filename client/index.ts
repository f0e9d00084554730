// The light client for applications: everything that a page or a program needs, and nothing of Node.
// biome-ignore-all lint/performance/noBarrelFile: the package's door for outsiders
export { ZkStateError } from "../core/errors.js";
export { TrustRoot, trustRootDigest } from "../core/publication/trust-root.js";
export { verifyPath } from "../ledger/smt.js";
export type { Account, Header } from "../ledger/types.js";
export type { VerifiedAccount } from "./account.js";
export type { BackendChoice } from "./backends.js";
export { connectClient, type RemoteClient } from "./connect-client.js";
export type { ClientEvents, EventName, Stale, Syncing } from "./events.js";
export { checkEvidence, Evidence, type EvidenceVerdict, evidenceJson } from "./evidence.js";
export { type HeadStore, memoryStore, webStorageStore } from "./head-store.js";
export { type HttpOptions, httpTransport } from "./http-transport.js";
export { DEFAULT_STALENESS, LightClient, type LightClientOptions, type Synced } from "./light-client.js";
export type { AccountMargin, Position } from "./margin.js";
export type { Column, Funds, Underlying, VerifiedCustody, VerifiedMarkets } from "./markets.js";
export { serveClient } from "./serve-client.js";
export type { VerifiedHead } from "./state.js";
export { memoryTransport, type Transport } from "./transport.js";
export type { Port, RemoteOptions } from "./worker-messages.js";
