// zkstate light: follows a published ledger by its certificates, trusting nothing but one small file.
import { setTimeout as sleep } from "node:timers/promises";
import { httpTransport } from "../../client/http-transport.js";
import { LightClient, type Synced } from "../../client/light-client.js";
import type { Transport } from "../../client/transport.js";
import { EXIT, ZkStateError } from "../../core/errors.js";
import { type TrustRoot, trustRootDigest } from "../../core/publication/trust-root.js";
import { type CliCommand, type Context, type Options, withExamples } from "../command.js";
import { numberOption } from "../farm/numbers.js";
import { fileStore } from "../light/file-store.js";
import { folderTransport } from "../light/folder-transport.js";
import { accountLines, lightView, syncLines } from "../light/lines.js";
import { readTrustRoot, trustRootConcerns } from "../light/trust-root.js";
import { errorText } from "../output.js";

/** Largest index of any tree. */
const LAST_ACCOUNT = 999_999_999;

/** What is to be shown, and how strictly. */
interface Wanted {
  readonly trustRoot: TrustRoot;
  readonly account: number | undefined;
  readonly strict: boolean;
}

const text = (options: Options, name: string): string | undefined => (typeof options[name] === "string" ? options[name] : undefined);

function required(options: Options, name: string, flag: string): string {
  const value = text(options, name);
  if (value !== undefined) return value;
  const next = "zkstate light --url https://venue.example/v1/ --trust-root trust-root.json";
  throw new ZkStateError({ code: "USAGE", message: `light needs --${flag}.`, next });
}

function transportTo(place: string): Transport {
  if (!/^https?:\/\//.test(place)) return folderTransport(place);
  try {
    return httpTransport(place);
  } catch {
    throw new ZkStateError({ code: "USAGE", message: "--url is no address.", got: place });
  }
}

function backendOption(options: Options): "noble" | "mcl" {
  const name = options["backend"];
  if (name === "noble" || name === "mcl") return name;
  throw new ZkStateError({ code: "USAGE", message: "There is no such pairing library.", expected: "noble or mcl", got: String(name) });
}

function clientOf(options: Options, trustRoot: TrustRoot): LightClient {
  const store = text(options, "store");
  return new LightClient({
    trustRoot,
    transport: transportTo(required(options, "url", "url")),
    backend: backendOption(options),
    stalenessSeconds: numberOption(options, "staleness", 1, LAST_ACCOUNT),
    ...(store === undefined ? {} : { store: fileStore(store) }),
  });
}

/** Remarks, or the first of them as an error. */
function weigh(concerns: readonly ZkStateError[], { output }: Context, strict: boolean): void {
  const [first] = concerns;
  if (strict && first !== undefined) throw first;
  for (const concern of concerns) output.note(`${output.paintError("yellow", "!")} ${concern.message}`);
}

async function show(
  client: LightClient,
  synced: Synced,
  { output, signal }: Context,
  { trustRoot, account: index, strict }: Wanted,
): Promise<void> {
  if (strict) await client.getMarkets(); // refuses a stale state
  const account = index === undefined ? undefined : await client.getAccount(index, signal);
  const lines = [...syncLines(synced, output.paint), ...(account === undefined ? [] : accountLines(account, output.paint))];
  output.result(lines, lightView(synced, account, trustRootDigest(trustRoot)));
}

/** Shows every new state until interrupted; what may pass by itself is told and waited out. */
async function watch(client: LightClient, context: Context, wanted: Wanted, everyMs: number): Promise<void> {
  const { signal, output } = context;
  let shown: number | undefined;
  while (!signal.aborted) {
    try {
      const synced = await client.sync(signal);
      if (synced.head.batchNumber !== shown) await show(client, synced, context, wanted);
      shown = synced.head.batchNumber;
    } catch (e) {
      if (signal.aborted) return;
      if (!(e instanceof ZkStateError && e.retryable)) throw e;
      output.note(errorText(e));
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

export const command: CliCommand = {
  define: (c) => {
    c.option("--url <place>", "address or folder of the published form")
      .option("--trust-root <file>", "the trust root, from a source that you trust")
      .option("--account <n>", "show this account, or prove that it does not exist")
      .option("--store <file>", "remember what was verified in this file, and evidence of a fork in FILE.evidence")
      .option("--backend <library>", "pairing library: noble, or mcl, which is faster", "noble")
      .option("--staleness <seconds>", "age of the oldest state to answer from", "3600")
      .option("--strict", "an old trust root, development keys and a stale state are errors")
      .option("--watch", "go on until interrupted")
      .option("--interval <seconds>", "time between two looks with --watch", "5");
    withExamples(
      c,
      "zkstate light --url https://venue.example/v1/ --trust-root trust-root.json",
      "zkstate light --url published --trust-root trust-root.json --account 7 --json",
      "zkstate light --url http://127.0.0.1:8080/v1/ --trust-root trust-root.json --store light.json --watch",
    );
  },
  run: async (context, options) => {
    const { output } = context;
    const trustRoot = readTrustRoot(required(options, "trustRoot", "trust-root"));
    const strict = options["strict"] === true;
    const account = options["account"] === undefined ? undefined : numberOption(options, "account", 0, LAST_ACCOUNT);
    const client = clientOf(options, trustRoot);
    weigh(trustRootConcerns(trustRoot, Date.now() / 1_000), context, strict);
    client.on("stale", ({ batchNumber, behindSeconds, serverBatchNumber }) => {
      const server = serverBatchNumber === undefined ? "" : `; the server itself is only at batch ${serverBatchNumber}`;
      output.note(`${output.paintError("yellow", "!")} batch ${batchNumber} is ${behindSeconds} seconds behind${server}`);
    });
    const wanted = { trustRoot, account, strict };
    if (options["watch"] === true) await watch(client, context, wanted, numberOption(options, "interval", 1, 86_400) * 1_000);
    else await show(client, await client.sync(context.signal), context, wanted);
    return EXIT.ok;
  },
};
