// zkstate requeue: lets a batch out of quarantine.
import { EXIT, ZkStateError } from "../../core/errors.js";
import { FarmTable } from "../../farm/table.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";

export const command: CliCommand = {
  define: (c) => {
    c.argument("<batch>", "number of a batch in quarantine");
    withSettings(c, "data");
    withExamples(c, "zkstate requeue 12");
  },
  run: async ({ settings, output }, _, [text = ""]) => {
    const table = FarmTable.open(settings.data.value);
    try {
      const task = /^[1-9][0-9]{0,14}$/.test(text) ? table.get(Number(text)) : undefined;
      if (task?.state !== "quarantined") {
        const got = task === undefined ? `no batch ${text} in the farm's table` : task.state;
        throw new ZkStateError({ code: "USAGE", message: `Batch ${text} is not in quarantine.`, got, next: "zkstate status" });
      }
      const { reason: _reason, ...rest } = task;
      table.put({ ...rest, state: "waiting", deaths: 0, failures: 0 });
      output.result([`Batch ${text} is tried again.`], { ok: true, batchNumber: task.batchNumber });
      return EXIT.ok;
    } finally {
      await table.close();
    }
  },
};
