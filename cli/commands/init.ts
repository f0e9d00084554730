// zkstate init: an empty ledger from a genesis.
import { EXIT, ZkStateError } from "../../core/errors.js";
import { decodeItem, type GenesisItem } from "../../ledger/codec.js";
import { genesis } from "../../ledger/genesis.js";
import { stateRoot } from "../../ledger/hashing.js";
import { hasData } from "../../ledger/store/engine.js";
import { LedgerStore } from "../../ledger/store/ledger-store.js";
import { parseItems, readInput } from "../batch-file.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { checkGenesis } from "../execute/execute-file.js";

/** The genesis in a file: alone, or as the first item of a batch file. @throws INPUT_MALFORMED */
async function readGenesis(path: string): Promise<GenesisItem> {
  const text = await readInput(path);
  const first = text.trimStart().startsWith("{") ? wholeObject(text) : undefined;
  const item = first ?? parseItems(text)[0];
  if (item?.kind === "genesis") return item;
  throw new ZkStateError({
    code: "INPUT_MALFORMED",
    message: `${path} does not begin with a genesis.`,
    expected: "genesis",
    got: item?.kind ?? "nothing",
  });
}

/** A genesis may be written over several lines, which JSON lines may not. */
function wholeObject(text: string): GenesisItem | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const item = decodeItem(json, { index: 0 });
  return item.kind === "genesis" ? item : undefined;
}

export const command: CliCommand = {
  define: (c) => {
    c.requiredOption("--genesis <file>", "a genesis item (docs/batch-file.md), or a batch file that begins with one; - for stdin");
    withSettings(c, "data");
    withExamples(c, "zkstate init --genesis examples/crash.json", "zkstate init --genesis genesis.json --data /srv/ledger");
  },
  run: async ({ output, settings }, options) => {
    const item = await readGenesis(String(options["genesis"]));
    const dir = settings.data.value;
    const header = genesis(item);
    const exists = hasData(dir);
    const store = exists ? LedgerStore.open(dir, { readOnly: true }) : LedgerStore.create(dir, header, item.nLevels);
    try {
      if (exists) checkGenesis(store, item);
    } finally {
      await store.close();
    }
    const root = stateRoot(header);
    const line = exists
      ? `The ledger in ${dir} began with this genesis already.`
      : `${output.paint("green", "✔")} created the ledger in ${dir}`;
    output.result([line, `  genesis root ${root}`], {
      ok: true,
      created: !exists,
      data: dir,
      ledgerId: item.ledgerId,
      nLevels: item.nLevels,
      genesisRoot: root,
    });
    return EXIT.ok;
  },
};
