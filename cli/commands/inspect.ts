// zkstate inspect: the state, an account, a batch, a circuit; --audit recomputes everything.
import { Argument } from "commander";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";

const WHAT = ["state", "account", "batch", "circuit"] as const;

const needs = (what: string, id: string | undefined): string => {
  if (id !== undefined) return id;
  const next = `zkstate inspect ${what} ${what === "circuit" ? "default" : "0"}`;
  throw new ZkStateError({ code: "USAGE", message: `inspect ${what} needs ${what === "circuit" ? "a profile" : "a number"}.`, next });
};

function indexOf(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,9})$/.test(text)) return Number(text);
  throw new ZkStateError({ code: "USAGE", message: "That is not a number.", expected: "digits without a leading zero", got: text });
}

export const command: CliCommand = {
  define: (c) => {
    c.addArgument(new Argument("[what]", "what to look at").choices(WHAT).default("state"))
      .argument("[id]", "account index, batch number or circuit profile")
      .option("--audit", "recompute every leaf, node, version and conserved sum of the ledger");
    withSettings(c, "data", "cache", "keys");
    withExamples(
      c,
      "zkstate inspect state",
      "zkstate inspect account 3 --json",
      "zkstate inspect batch 2",
      "zkstate inspect circuit default --json",
      "zkstate inspect --audit",
    );
  },
  run: async (context, options, args) => {
    const [what = "state", id] = args;
    if (what === "circuit") return (await import("../inspect/circuit.js")).inspectCircuit(context, needs(what, id));
    const { withLedger } = await import("../inspect/ledger.js");
    if (options["audit"] === true) return withLedger(context, (await import("../inspect/audit.js")).inspectAudit);
    if (what === "account") {
      const index = indexOf(needs(what, id));
      const { inspectAccount } = await import("../inspect/account.js");
      return withLedger(context, (c, store) => inspectAccount(c, store, index));
    }
    if (what === "batch") {
      const number = indexOf(needs(what, id));
      const { inspectBatch } = await import("../inspect/batch.js");
      return withLedger(context, (c, store) => inspectBatch(c, store, number));
    }
    await withLedger(context, (await import("../inspect/state.js")).inspectState);
    return EXIT.ok;
  },
};
