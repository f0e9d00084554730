// What `zkstate light` shows: for people and for machines.
import type { VerifiedAccount } from "../../client/account.js";
import type { Synced } from "../../client/light-client.js";
import type { AccountMargin } from "../../client/margin.js";
import type { VerifiedHead } from "../../client/state.js";
import { U } from "../../ledger/constants.js";
import { money } from "../money.js";
import type { Output } from "../output.js";
import { seconds } from "../progress.js";
import { shortRoot } from "../prove-summary.js";

type Paint = Output["paint"];

const row = (paint: Paint, name: string, text: string): string => `  ${paint("dim", name.padEnd(13))} ${text}`;
const plural = (n: number, one: string): string => `${n.toLocaleString("en-US")} ${one}${n === 1 ? "" : "s"}`;

/** The head after a sync, and what it took. */
export function syncLines({ head, certificates, bytes, ms, behindSeconds }: Synced, paint: Paint): string[] {
  const verifyMs = certificates.reduce((sum, certificate) => sum + certificate.ms, 0);
  const batches = certificates.reduce((sum, { from, to }) => sum + to - from, 0);
  const news =
    certificates.length === 0
      ? "none: this state was verified before"
      : `${plural(certificates.length, "certificate")} for ${plural(batches, "batch").replace("batchs", "batches")}, verified in ${seconds(verifyMs)}`;
  const when =
    head.timestamp === 0 ? "the genesis" : `${new Date(head.timestamp * 1000).toISOString()}, ${plural(behindSeconds, "second")} behind`;
  return [
    `${paint("green", "✔")} ${paint("bold", `batch ${head.batchNumber}`)}  state ${shortRoot(`${head.root}`)}`,
    row(paint, "prices of", when),
    row(paint, "certificates", news),
    row(paint, "fetched", `${plural(bytes, "byte")}, ${seconds(ms)} in all`),
  ];
}

const STATE_WORDS: Readonly<Record<AccountMargin["state"], string>> = {
  healthy: "healthy",
  restricted: "may only reduce its risk",
  liquidatable: "below maintenance: anybody may liquidate it",
};

function marginLines({ cash, variation, equity, maintenance, initial, health, state, positions }: AccountMargin, paint: Paint): string[] {
  const name = ({ kind, column, underlying }: AccountMargin["positions"][number]) =>
    kind === "option" ? `option ${column - 2 * U}` : `${kind} ${underlying}`;
  return [
    row(paint, "cash", `${money(cash)}  (${money(variation)} of it from perpetuals since its last use)`),
    ...positions.map((position) => row(paint, name(position), `${position.size} lots, worth ${money(position.value)}`)),
    row(paint, "equity", money(equity)),
    row(paint, "maintenance", money(maintenance)),
    row(paint, "initial", money(initial)),
    row(paint, "health", health === undefined ? "no requirement" : `${health.toFixed(3)}, ${STATE_WORDS[state]}`),
  ];
}

/** An account, or that there is none. */
export function accountLines(account: VerifiedAccount, paint: Paint): string[] {
  const { index, batchNumber, exists, margin, path } = account;
  const proof = row(paint, "proof", `${path.length} levels up to the accounts root`);
  if (!exists) return [paint("bold", `Account ${index} does not exist after batch ${batchNumber}`), proof];
  return [
    paint("bold", `Account ${index} after batch ${batchNumber}`),
    ...(margin === undefined ? [] : marginLines(margin, paint)),
    row(paint, "nonce", `${account.account?.nonce}`),
    proof,
  ];
}

const headView = ({ batchNumber, root, timestamp }: VerifiedHead) => ({ batchNumber, root, timestamp });

/** One JSON object about a sync and an account. */
export function lightView(synced: Synced, account: VerifiedAccount | undefined, trustRoot: string): unknown {
  const { head, certificates, bytes, ms, behindSeconds } = synced;
  const { account: committed, ...proof } = account ?? {};
  const used = committed?.lanes.flatMap((lane, i) => (lane.orderId === 0n ? [] : [{ lane: i, ...lane }]));
  return {
    ok: true,
    trustRoot,
    head: headView(head),
    certificates,
    bytes,
    ms,
    behindSeconds,
    ...(account === undefined
      ? {}
      : { account: { ...proof, ...(committed === undefined ? {} : { account: { ...committed, lanes: used } }) } }),
  };
}
