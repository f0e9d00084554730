// zkstate serve: hands out a published folder over HTTP, for as long as it runs.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { startServer } from "../../aggregator/http/server.js";
import { CIRCUITS_DIR } from "../../circuits/instances.js";
import { EXIT } from "../../core/errors.js";
import { type CliCommand, withExamples, withSettings } from "../command.js";
import { commandLog, withLog } from "../farm/log.js";
import { numberOption } from "../farm/numbers.js";
import { untilAborted } from "../farm/until-aborted.js";
import { packageVersion } from "../version.js";

/** Where `vite build` puts the page; the package's folder holds dist/ in sources and installed alike. */
const PAGE = join(dirname(CIRCUITS_DIR), "dist/page");

export const command: CliCommand = {
  define: (c) => {
    c.option("--port <n>", "port to listen on, 0 for any that is free", "8080")
      .option("--host <name>", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
      .option("--rate <n>", "requests that one address may make a minute, 0 for no limit", "1200")
      .option("--proxy", "behind one proxy: the address that it forwards last is the client's")
      .option("--no-page", "data only, without the page")
      .option("--wasm", "let the page compile WebAssembly, for faster checks");
    withSettings(c, "publish");
    withLog(c);
    withExamples(c, "zkstate serve --publish published", "zkstate serve --host 0.0.0.0 --port 80 --rate 600");
  },
  run: async (context, options) => {
    const { settings, signal, output } = context;
    const port = numberOption(options, "port", 0, 65_535);
    const rate = numberOption(options, "rate", 0, 1_000_000);
    const log = commandLog(context, options);
    const dir = settings.publish.value;
    const page = options["page"] !== false && existsSync(join(PAGE, "index.html"));
    const server = await startServer({
      dir,
      host: String(options["host"]),
      port,
      rate,
      proxied: options["proxy"] === true,
      version: packageVersion(),
      log,
      ...(page ? { page: { dir: PAGE, wasm: options["wasm"] === true } } : {}),
    });
    log.info({ url: server.url, publish: dir, page }, "serving");
    output.result([server.url], { ok: true, url: server.url, publish: dir, page });
    await untilAborted(signal);
    await server.close();
    log.info("stopped");
    return EXIT.ok;
  },
};
