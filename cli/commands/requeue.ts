// zkstate requeue: lets batches out of quarantine.
import { EXIT, ZkStateError } from "../../core/errors.js";
import { FarmTable } from "../../farm/table.js";
import { hasData } from "../../ledger/store/engine.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";

export const command: CliCommand = {
  define: (c) => {
    c.argument("<batches...>", "numbers of batches in quarantine");
    withSettings(c, "data");
    withExamples(c, "zkstate requeue 12", "zkstate requeue 12 13 14");
  },
  run: async ({ settings, output }, _, texts) => {
    if (!hasData(settings.data.value))
      throw new ZkStateError({
        code: "INPUT_NOT_FOUND",
        message: `There is no ledger in ${settings.data.value}.`,
        next: "point --data to it",
      });
    const batches = await FarmTable.look(settings.data.value, (table) => {
      const numbers = texts.map((text) => inQuarantine(table, text));
      // The next task is made anew: what was wrong with the batch's input may be put right by now.
      for (const batchNumber of numbers) table.remove(batchNumber);
      return numbers;
    });
    output.result([`Tried again: ${batches.join(", ")}.`], { ok: true, batches });
    return EXIT.ok;
  },
};

/** @throws USAGE */
function inQuarantine(table: FarmTable, text: string): number {
  const task = /^[1-9][0-9]{0,14}$/.test(text) ? table.get(Number(text)) : undefined;
  if (task?.state === "quarantined") return task.batchNumber;
  const got = task === undefined ? `no batch ${text} in the farm's table` : task.state;
  throw new ZkStateError({ code: "USAGE", message: `Batch ${text} is not in quarantine.`, got, next: "zkstate status" });
}
