import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ZkStateError } from "../../../core/errors.js";
import { asQueueError, connectProducer, producerConnection, redacted, redisSettings, workerConnection } from "../../../farm/connection.js";
import { AT_ONCE_MS } from "../../helpers/at-once.js";
import { freePort, type RedisServer, startRedis } from "../../helpers/redis.js";
import { needCommands } from "../../helpers/system-packages.js";
import { tempDir } from "../../helpers/toy-circuit.js";
import { until } from "../prover/fault-tools.js";

const SECRET = "geh3im";

async function thrownBy(act: () => unknown): Promise<ZkStateError> {
  try {
    await act();
  } catch (e) {
    if (e instanceof ZkStateError) return e;
    throw e;
  }
  throw new Error("nothing was thrown");
}

/** All that a log could show of it. */
const shownBy = (value: unknown): string =>
  `${value instanceof Error ? value.stack : ""} ${JSON.stringify(value)} ${inspect(value, { depth: 9 })}`;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const open: Redis[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
});
const kept = (client: Redis): Redis => {
  open.push(client);
  return client;
};
const connected = async (url: string, env: NodeJS.ProcessEnv = {}) => kept(await connectProducer(redisSettings(url, env), 3_000));

describe("the URL of Redis", () => {
  it.each([
    ["redis://host", { host: "host", port: 6379, db: 0, tls: undefined, shown: "redis://host/0" }, {}],
    ["redis://host:7000/12", { host: "host", port: 7000, db: 12, tls: undefined, shown: "redis://host:7000/12" }, {}],
    ["rediss://host/", { host: "host", port: 6379, db: 0, tls: {}, shown: "rediss://host/0" }, {}],
    ["redis://[::1]:7000", { host: "::1", port: 7000, db: 0, shown: "redis://[::1]:7000/0" }, {}],
    [`redis://:${SECRET}@host`, { shown: "redis://host/0" }, { password: SECRET }],
    [`redis://farm:${SECRET}%40%2F@host/1`, { shown: "redis://host/1" }, { username: "farm", password: `${SECRET}@/` }],
    [`redis://farm@host`, { shown: "redis://host/0" }, { username: "farm" }],
  ])("is read: %s", (url, expected, credentials) => {
    const settings = redisSettings(url, {});
    expect(settings).toMatchObject(expected);
    expect(settings.credentials()).toEqual(credentials);
    expect(shownBy(settings)).not.toContain(SECRET);
    expect(redacted(url)).toBe(settings.shown);
  });

  it.each([
    "",
    SECRET,
    `http://:${SECRET}@host`,
    `redis:${SECRET}@host`,
    `redis://:${SECRET}@`,
    `redis://:${SECRET}@host:port`,
    `redis://:${SECRET}/x@host`, // an unescaped slash makes the password a port
    `redis://farm:1/${SECRET}@host`, // or a path
    `redis://:1#${SECRET}@host`,
    `redis://host?password=${SECRET}`,
    `redis://host#${SECRET}`,
    `redis://host/${SECRET}`,
    "redis://host/-1",
    "redis://host/1/2",
    `redis://:${SECRET}%zz@host`,
  ])("is refused without being shown: %s", async (url) => {
    const e = await thrownBy(() => redisSettings(url, {}));
    expect(e).toMatchObject({ code: "CONFIG_INVALID", expected: expect.stringContaining("redis://"), got: expect.any(String) });
    expect(shownBy(e)).not.toContain(SECRET);
    expect(redacted(url)).not.toContain(SECRET);
  });
});

describe("secrets from the environment", () => {
  it("are taken from variables or from a file", async () => {
    const file = join(await tempDir(), "password");
    await writeFile(file, `${SECRET} \n`);
    const named = { ZKSTATE_REDIS_USERNAME: "farm" };
    const read = (env: NodeJS.ProcessEnv) => redisSettings("redis://host", env).credentials();
    expect(read({ ...named, ZKSTATE_REDIS_PASSWORD: SECRET })).toEqual({ username: "farm", password: SECRET });
    expect(read({ ...named, ZKSTATE_REDIS_PASSWORD_FILE: file })).toEqual({ username: "farm", password: `${SECRET} ` });
    expect(read({ ZKSTATE_REDIS_PASSWORD: "", ZKSTATE_REDIS_PASSWORD_FILE: "", ZKSTATE_REDIS_USERNAME: "" })).toEqual({});
  });

  it("are refused from two places", async () => {
    const file = join(await tempDir(), "password");
    await writeFile(file, SECRET);
    const refused = async (url: string, env: NodeJS.ProcessEnv) => {
      const e = await thrownBy(() => redisSettings(url, env));
      expect(shownBy(e)).not.toContain(SECRET);
      return [e.code, e.got];
    };
    const both = { ZKSTATE_REDIS_PASSWORD: SECRET, ZKSTATE_REDIS_PASSWORD_FILE: file };
    expect(await refused("redis://host", both)).toEqual(["CONFIG_INVALID", "ZKSTATE_REDIS_PASSWORD and ZKSTATE_REDIS_PASSWORD_FILE"]);
    const inUrl = `redis://farm:${SECRET}@host`;
    expect(await refused(inUrl, { ZKSTATE_REDIS_PASSWORD: SECRET })).toEqual(["CONFIG_INVALID", "the URL and ZKSTATE_REDIS_PASSWORD"]);
    expect(await refused(inUrl, { ZKSTATE_REDIS_USERNAME: "x" })).toEqual(["CONFIG_INVALID", "the URL and ZKSTATE_REDIS_USERNAME"]);
  });

  it("are refused from files that are empty or cannot be read", async () => {
    const file = join(await tempDir(), "empty");
    await writeFile(file, "\n");
    for (const [url, env, got] of [
      ["redis://host", { ZKSTATE_REDIS_PASSWORD_FILE: file }, "nothing"],
      ["redis://host", { ZKSTATE_REDIS_PASSWORD_FILE: `${file}-not` }, "ENOENT"],
      ["rediss://host", { ZKSTATE_REDIS_CA_FILE: `${file}-not` }, "ENOENT"],
      ["redis://host", { ZKSTATE_REDIS_CA_FILE: file }, "redis://"],
    ] as const)
      expect(await thrownBy(() => redisSettings(url, env))).toMatchObject({ code: "CONFIG_INVALID", got });
  });
});

describe("users", () => {
  const password = `${SECRET}@:/#%`;
  beforeAll(async () => {
    await redis.client().acl("SETUSER", "farm", "on", `>${password}`, "~zkstate:*", "&zkstate:*", "+@all", "-flushall");
  });
  const url = (user: string, secret: string) => `redis://${user}:${encodeURIComponent(secret)}@127.0.0.1:${redis.port}`;

  it("get in with their password, from the URL or the environment", async () => {
    expect(await (await connected(url("farm", password))).acl("WHOAMI")).toBe("farm");
    const env = { ZKSTATE_REDIS_USERNAME: "farm", ZKSTATE_REDIS_PASSWORD: password };
    expect(await (await connected(redis.url, env)).acl("WHOAMI")).toBe("farm");
  });

  it("are refused at once with another one, which nobody shows", async () => {
    const started = performance.now();
    const e = await thrownBy(() => connectProducer(redisSettings(url("farm", `${SECRET}x`), {}), 6 * AT_ONCE_MS));
    expect(e).toMatchObject({ code: "CONFIG_INVALID", retryable: false, got: expect.stringContaining("WRONGPASS") });
    expect(e.next).toContain("password");
    expect(shownBy(e)).not.toContain(SECRET);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  });

  it("are told what they may not do", async () => {
    const client = await connected(url("farm", password));
    for (const act of [() => client.flushall(), () => client.get("other")]) {
      const e = asQueueError(await act().catch((thrown: unknown) => thrown));
      expect(e).toMatchObject({ code: "CONFIG_INVALID", got: expect.stringMatching(/NOPERM/) });
    }
  });

  it("are needed where Redis asks for a password", async () => {
    const closed = await startRedis({ args: ["--requirepass", SECRET] });
    try {
      const e = await thrownBy(() => connected(closed.url));
      expect(e).toMatchObject({ code: "CONFIG_INVALID", got: expect.stringContaining("NOAUTH") });
      expect(await (await connected(closed.url, { ZKSTATE_REDIS_PASSWORD: SECRET })).ping()).toBe("PONG");
    } finally {
      await closed.close();
    }
  });
});

describe("databases", () => {
  it("are those of the URL", async () => {
    await (await connected(`${redis.url}/3`)).set("here", "3");
    expect(await (await connected(redis.url)).exists("here")).toBe(0);
    expect(await (await connected(`${redis.url}/3`)).get("here")).toBe("3");
  });

  it("that do not exist are not replaced by the first", async () => {
    expect(await thrownBy(() => connected(`${redis.url}/99`))).toMatchObject({
      code: "CONFIG_INVALID",
      got: expect.stringContaining("DB index"),
    });
  });
});

describe("TLS", () => {
  let server: RedisServer;
  let [port, dir] = [0, ""];
  beforeAll(async () => {
    await needCommands({ openssl: "openssl" });
    dir = await tempDir();
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    const names = ["-subj", "/CN=farm", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
    execFileSync("openssl", [...request, ...names], { cwd: dir, stdio: "ignore" });
    port = await freePort();
    const files = [
      "--tls-cert-file",
      join(dir, "cert.pem"),
      "--tls-key-file",
      join(dir, "key.pem"),
      "--tls-ca-cert-file",
      join(dir, "cert.pem"),
    ];
    server = await startRedis({ args: ["--tls-port", `${port}`, "--tls-auth-clients", "no", ...files] });
  });
  afterAll(() => server.close());
  const trusting = () => ({ ZKSTATE_REDIS_CA_FILE: join(dir, "cert.pem") });

  it("works with the private authority, for producers and workers", async () => {
    const url = `rediss://127.0.0.1:${port}`;
    expect(await (await connected(url, trusting())).ping()).toBe("PONG");
    expect(await kept(workerConnection(redisSettings(url, trusting()))).ping()).toBe("PONG");
  });

  it("is refused with an authority that nobody named", async () => {
    expect(await thrownBy(() => connected(`rediss://127.0.0.1:${port}`))).toMatchObject({
      code: "CONFIG_INVALID",
      next: expect.stringContaining("ZKSTATE_REDIS_CA_FILE"),
    });
  });

  it("is refused for another host than the certificate's", async () => {
    const e = await thrownBy(() => connected(`rediss://localhost:${port}`, trusting()));
    expect(e).toMatchObject({ code: "CONFIG_INVALID", got: expect.stringContaining("localhost") });
  });

  it("is neither spoken to a server without it nor left out for one with it", async () => {
    for (const url of [`rediss://127.0.0.1:${server.port}`, `redis://127.0.0.1:${port}`]) {
      const refused = await thrownBy(() => connectProducer(redisSettings(url, {}), 500));
      expect(refused).toMatchObject({
        code: "QUEUE_UNAVAILABLE",
        got: expect.stringMatching(/^(?:no answer|not connected)$/),
        next: expect.stringContaining("rediss://"),
      });
    }
  });
});

describe("a Redis that is not there", () => {
  it("is unavailable to a producer, and the error says where, without the password", async () => {
    const port = await freePort();
    const started = performance.now();
    const e = await thrownBy(() => connectProducer(redisSettings(`redis://farm:${SECRET}@127.0.0.1:${port}/2`, {}), 700));
    expect(e).toMatchObject({
      code: "QUEUE_UNAVAILABLE",
      message: `Redis at redis://127.0.0.1:${port}/2 is not reached.`,
      got: expect.stringContaining("ECONNREFUSED"),
      next: expect.stringContaining("ZKSTATE_REDIS_URL"),
      retryable: true,
    });
    expect(shownBy(e)).not.toContain(SECRET);
    expect(performance.now() - started).toBeGreaterThan(690);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
  });

  it("is unavailable when it takes the connection and says nothing", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    expect(await thrownBy(() => connectProducer(redisSettings(url, {}), 200))).toMatchObject({
      code: "QUEUE_UNAVAILABLE",
      got: "no answer",
    });
    silent.close();
  });

  it("is waited for while it starts", async () => {
    const port = await freePort();
    const connecting = connectProducer(redisSettings(`redis://127.0.0.1:${port}`, {}), 5_000);
    const late = await startRedis({ port });
    try {
      expect(await kept(await connecting).ping()).toBe("PONG");
    } finally {
      await late.close();
    }
  });

  it("ends no process", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    const unhandled = vi.fn();
    process.on("uncaughtException", unhandled).on("unhandledRejection", unhandled);
    const clients = [workerConnection(redisSettings(url, {})), producerConnection(redisSettings(url, {}))];
    let failures = 0;
    for (const client of clients) kept(client).on("error", () => failures++);
    await until(() => failures >= 4);
    process.off("uncaughtException", unhandled).off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    for (const client of clients) expect(client.listenerCount("error")).toBe(2);
  });
});

describe("a Redis that goes away", () => {
  it("fails a producer's commands at once and lets a worker's wait", async () => {
    const server = await startRedis();
    try {
      const settings = redisSettings(server.url, {});
      const [producer, worker] = [kept(await connectProducer(settings)), kept(workerConnection(settings))];
      await worker.ping();
      await server.kill();
      await until(() => producer.status !== "ready" && worker.status !== "ready");
      const started = performance.now();
      expect(asQueueError(await producer.ping().catch((e: unknown) => e)).code).toBe("QUEUE_UNAVAILABLE");
      expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
      const waiting = worker.incr("counted");
      let attempts = 0;
      worker.on("reconnecting", () => attempts++);
      await until(() => attempts >= 2);
      await server.restart();
      expect(await waiting).toBe(1);
      await until(() => producer.status === "ready");
      expect(await producer.get("counted")).toBe("1");
    } finally {
      await server.close();
    }
  });

  it("is asked again after pauses that grow to five seconds, forever", () => {
    const settings = redisSettings(redis.url, {});
    for (const client of [workerConnection(settings), producerConnection(settings)]) {
      const pauses = [1, 2, 3, 4, 5, 6, 7, 5_000].map((times) => kept(client).options.retryStrategy?.(times));
      expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
      expect(client.options.keyPrefix ?? "").toBe("");
    }
  });

  it("is unavailable when a command is not answered in time", async () => {
    const client = redis.client({ commandTimeout: 50 });
    await once(client, "ready");
    await client.client("PAUSE", 300, "ALL");
    expect(asQueueError(await client.ping().catch((e: unknown) => e))).toMatchObject({
      code: "QUEUE_UNAVAILABLE",
      got: "Command timed out",
    });
  });
});

describe("errors of Redis", () => {
  it("say that it is full, in a transaction too", async () => {
    const server = await startRedis({ maxmemory: "3mb" });
    try {
      const client = kept(await connectProducer(redisSettings(server.url, {})));
      const fill = async () => {
        for (let i = 0; i < 30; i++) await client.set(`${i}`, Buffer.alloc(200_000));
      };
      expect(asQueueError(await fill().catch((e: unknown) => e))).toMatchObject({ code: "QUEUE_FULL", retryable: true });
      const aborted = await client
        .multi()
        .set("x", Buffer.alloc(200_000))
        .exec()
        .catch((e: unknown) => e);
      expect(asQueueError(aborted)).toMatchObject({ code: "QUEUE_FULL", got: expect.stringMatching(/EXECABORT.*; OOM/) });
    } finally {
      await server.close();
    }
  });

  const reply = (message: string) => Object.assign(new Error(message), { command: { name: "auth", args: [SECRET] } });

  it.each([
    ["LOADING Redis is loading the dataset in memory", "QUEUE_UNAVAILABLE"],
    ["READONLY You can't write against a read only replica.", "QUEUE_UNAVAILABLE"],
    ["MISCONF Redis is configured to save RDB snapshots", "QUEUE_UNAVAILABLE"],
    ["ERR max number of clients reached", "QUEUE_UNAVAILABLE"],
    ["DENIED Redis is running in protected mode", "CONFIG_INVALID"],
    ["ERR Error running script: @user_script:1: -OOM command not allowed", "QUEUE_FULL"],
    [`ERR unknown command 'AUTH', with args beginning with: '${SECRET}'`, "INTERNAL"],
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "INTERNAL"],
  ])("become ours: %s", (message, code) => {
    const e = asQueueError(reply(message));
    expect(e.code).toBe(code);
    expect(shownBy(e)).not.toContain(SECRET);
  });

  it("of ours pass, and what is not Redis' keeps its cause", () => {
    const own = new ZkStateError({ code: "JOB_MISMATCH", message: "x" });
    expect(asQueueError(own)).toBe(own);
    const cause = new TypeError("x is not a function");
    expect(asQueueError(cause)).toMatchObject({ code: "INTERNAL", cause });
    expect(asQueueError("text")).toMatchObject({ code: "INTERNAL", got: "text" });
  });
});
