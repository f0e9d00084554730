// A real redis-server for tests: a child process in a folder of its own, gone when the test process is.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis, type RedisOptions } from "ioredis";
import { needCommands } from "./system-packages.js";

export interface RedisServerOptions {
  /** As redis-server reads it, such as "20mb". */
  readonly maxmemory?: string;
  readonly port?: number;
  /** Kept by close() when given. */
  readonly dir?: string;
  readonly args?: readonly string[];
  readonly appendOnly?: boolean;
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** A new client, disconnected by close(). */
  client(options?: RedisOptions): Redis;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** On the same port and in the same folder. */
  restart(): Promise<void>;
  /** Removes all keys. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What Redis answers to one line, or "" when nothing listens. */
function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${line}\r\n`));
    const answer = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.once("data", (data) => answer(data.toString("utf8").trim()));
    socket.once("error", () => answer(""));
    socket.once("close", () => answer(""));
  });
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  await needCommands({ "redis-server": "redis-server" });
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "zkstate-redis-")));
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir, "--logfile", join(dir, "redis.log")];
  flags.push("--save", "", "--appendonly", options.appendOnly ? "yes" : "no", "--maxmemory-policy", "noeviction");
  if (options.maxmemory !== undefined) flags.push("--maxmemory", options.maxmemory);
  flags.push(...(options.args ?? []));
  const clients: Redis[] = [];
  let child: ChildProcess | undefined;
  const killNow = () => child?.kill("SIGKILL");

  async function start(): Promise<void> {
    const started = spawn("redis-server", flags, { stdio: "ignore" });
    child = started;
    for (let i = 0; i < 1000; i++) {
      if (/^\+PONG|^-NOAUTH/.test(await ask(port, "PING"))) return;
      if (started.exitCode !== null) break;
      await sleep(10);
    }
    throw new Error(`redis-server did not start: ${await readFile(join(dir, "redis.log"), "utf8").catch(() => "no log")}`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, "exit");
    ending.kill(signal);
    await gone;
  }

  process.once("exit", killNow);
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    client: (more = {}) => {
      const made = new Redis({ port, host: "127.0.0.1", ...more });
      made.on("error", () => undefined);
      clients.push(made);
      return made;
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      await start();
    },
    wipe: async () => {
      const answer = await ask(port, "FLUSHALL");
      if (answer !== "+OK") throw new Error(`FLUSHALL: ${answer}`);
    },
    close: async () => {
      for (const made of clients) made.disconnect();
      await end("SIGTERM");
      process.off("exit", killNow);
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
