// Debian's Firefox over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): playwright's own driver asks this Firefox for commands that it does not have.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needCommands } from "../../../helpers/system-packages.js";
import { textSocket } from "./web-socket.js";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
}

export interface Firefox {
  /** Errors on the console. */
  readonly complaints: string[];
  /** Addresses that were asked for. */
  readonly requests: string[];
  open(url: string): Promise<void>;
  /** The value, a string, of an expression in the page; promises are waited for. */
  evaluate(expression: string): Promise<string>;
  /** Waits until an expression in the page is true. */
  until(expression: string): Promise<void>;
  close(): Promise<void>;
}

/** Of Debian's package of the same name. */
const COMMAND = "firefox-esr";
const START_MS = 60_000;
const WAIT_MS = 60_000;
const STEP_MS = 100;

/** The address that the process tells on stderr. */
const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    const late = setTimeout(() => reject(new Error(`Firefox did not start: ${text}`)), START_MS);
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(`${found}/session`);
    });
  });

type Command = (method: string, params: Record<string, unknown>) => Promise<Record<string, unknown>>;

async function connect(url: string, onEvent: (message: Message) => void): Promise<{ command: Command; close: () => void }> {
  const waiting = new Map<number, (message: Message) => void>();
  let last = 0;
  const socket = await textSocket(url, (text) => {
    const message = JSON.parse(text) as Message;
    if (message.id === undefined) onEvent(message);
    else waiting.get(message.id)?.(message);
  });
  const command: Command = (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error, message }) => {
        waiting.delete(id);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error}: ${message}`));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  return { command, close: socket.close };
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce((x, key) => (x as Record<string, unknown> | undefined)?.[key], value);

/** Firefox without a window, with a new profile. The caller closes it. */
export async function openFirefox(): Promise<Firefox> {
  await needCommands({ [COMMAND]: COMMAND });
  const profile = mkdtempSync(join(tmpdir(), "zkstate-firefox-"));
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
  const child = spawn(COMMAND, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
  const [complaints, requests]: [string[], string[]] = [[], []];
  const { command, close } = await connect(await addressOf(child), ({ method, params }) => {
    if (method === "log.entryAdded" && params?.["level"] === "error") complaints.push(`${params["text"]}`);
    if (method === "network.beforeRequestSent") requests.push(`${at(params, "request", "url")}`);
  });
  await command("session.new", { capabilities: {} });
  await command("session.subscribe", { events: ["log.entryAdded", "network.beforeRequestSent"] });
  const context = (at(await command("browsingContext.getTree", {}), "contexts") as { context: string }[])[0]?.context ?? "";
  const evaluate = async (expression: string): Promise<string> => {
    const target = { target: { context }, awaitPromise: true };
    const answer = await command("script.evaluate", { expression: `(async () => String(await (${expression})))()`, ...target });
    if (answer["type"] === "exception") throw new Error(`${at(answer, "exceptionDetails", "text")}`);
    return `${at(answer, "result", "value")}`;
  };
  return {
    complaints,
    requests,
    evaluate,
    open: async (url) => void (await command("browsingContext.navigate", { context, url, wait: "complete" })),
    until: async (expression) => {
      for (const end = Date.now() + WAIT_MS; (await evaluate(expression)) !== "true"; ) {
        if (Date.now() > end)
          throw new Error(`not true in time: ${expression}; the page says: ${await evaluate("document.body.innerText")}`);
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      }
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once("close", resolve));
      await command("browser.close", {}).catch(() => child.kill("SIGKILL"));
      await ended;
      close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
