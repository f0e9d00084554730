// zkstate inspect account N
import { EXIT, ZkStateError } from "../../core/errors.js";
import { accountLeaf } from "../../ledger/hashing.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { money } from "../money.js";

const COLUMNS = ["BTC", "ETH", "BTC perpetual", "ETH perpetual"] as const;

export async function inspectAccount({ output }: Context, store: LedgerStore, index: number): Promise<number> {
  const snapshot = store.snapshot();
  const account = snapshot.account(index);
  if (account === undefined) {
    const next = "zkstate inspect state";
    throw new ZkStateError({
      code: "INPUT_NOT_FOUND",
      message: `Account ${index} does not exist after batch ${snapshot.batchNumber}.`,
      next,
    });
  }
  const { lanes, ...fields } = account;
  const used = lanes.filter((lane) => lane.orderId !== 0n);
  const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(15))} ${value}`;
  const held = account.sizes.flatMap((size, i) => (size === 0n ? [] : [row(COLUMNS[i] ?? `option ${i - COLUMNS.length}`, `${size} lots`)]));
  const lines = [
    output.paint("bold", `Account ${index} after batch ${snapshot.batchNumber}`),
    row("cash", `${money(account.cash)}  (perpetuals settle into it when it is next used)`),
    ...held,
    row("nonce", `${account.nonce}`),
    row("orders", `${used.length} lanes used, ids from ${account.minOrderId} are alive`),
    row("owner", `${account.owner.ax}, ${account.owner.ay}`),
    row("exit address", `0x${account.exitAddress.toString(16).padStart(40, "0")}`),
  ];
  output.result(lines, { index, batchNumber: snapshot.batchNumber, leaf: accountLeaf(account), ...fields, lanes: used });
  return EXIT.ok;
}
