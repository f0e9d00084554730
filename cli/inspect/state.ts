// zkstate inspect state
import { EXIT } from "../../core/errors.js";
import type { LedgerStore } from "../../ledger/store/ledger-store.js";
import type { Context } from "../command.js";
import { money } from "../money.js";

export async function inspectState({ output, settings }: Context, store: LedgerStore): Promise<number> {
  const { batchNumber, root } = store.head();
  const { markets, chains, meta, accountsRoot } = store.snapshot(batchNumber).header;
  const unproven = [...store.unproven()];
  const { config, committee, governance, ...moving } = markets;
  const row = (name: string, value: string) => `  ${output.paint("dim", name.padEnd(15))} ${value}`;
  const lines = [
    output.paint("bold", `Ledger in ${settings.data.value}: batch ${batchNumber}`),
    row("state root", `${root}`),
    row("ledger id", `${meta.ledgerId}`),
    row("time", meta.timestamp === 0n ? "no price report yet" : new Date(Number(meta.timestamp) * 1000).toISOString()),
    row("waiting", unproven.length === 0 ? "every batch is proven" : `batches without a proof: ${unproven.join(", ")}`),
    row("insurance", money(markets.insurance)),
    row("fees", money(markets.fees)),
    row("perpetual pool", money(markets.perpetualPool)),
    row("open interest", markets.openInterest.join(", ")),
    ...chains.map((chain, i) =>
      row(
        `chain ${i}`,
        `custody ${money(chain.custody[0] ?? 0n)} quote, ${chain.custody.slice(1).join(" and ")} lots; ${chain.depositCount} deposits, ${chain.withdrawalCount} withdrawals`,
      ),
    ),
  ];
  output.result(lines, {
    batchNumber,
    root,
    accountsRoot,
    unproven,
    meta,
    markets: moving,
    config,
    committee,
    governance,
    chains,
    nLevels: store.nLevels,
  });
  return EXIT.ok;
}
