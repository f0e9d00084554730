// zkstate prune: removes old versions of the state; batches, proofs and the newest states stay.
import { EXIT, ZkStateError } from "../../core/errors.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";

/** @throws USAGE unless the text is a whole number */
function depth(text: unknown): number {
  const keep = Number(text);
  if (Number.isSafeInteger(keep) && keep >= 0 && String(text).trim() !== "") return keep;
  throw new ZkStateError({ code: "USAGE", message: "--keep is a number of batches.", expected: "0 or more", got: String(text) });
}

export const command: CliCommand = {
  define: (c) => {
    c.requiredOption("--keep <batches>", "how many batches back the state stays readable");
    c.option("--even-unproven", "also remove states from which a batch without a proof would be proven");
    withSettings(c, "data");
    withExamples(c, "zkstate prune --keep 100", "zkstate prune --keep 0 --data /srv/ledger --json");
  },
  run: async ({ output, settings, signal }, options) => {
    const keep = depth(options["keep"]);
    const store = LedgerStore.open(settings.data.value);
    try {
      const report = await store.prune(keep, { evenUnproven: options["evenUnproven"] === true, signal });
      const held = report.heldBy === undefined ? [] : [`  kept more than asked: batch ${report.heldBy} has no proof yet`];
      const line = `removed ${report.versions} versions: ${report.accounts} accounts, ${report.nodes} nodes, ${report.bytes} bytes`;
      output.result([line, `  readable from batch ${report.oldest}`, ...held], { ok: true, ...report });
      return EXIT.ok;
    } finally {
      await store.close();
    }
  },
};
