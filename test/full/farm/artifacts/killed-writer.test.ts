// Writers that are killed in the middle.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { folderStore } from "../../../../farm/artifacts/folder.js";
import { httpStore } from "../../../../farm/artifacts/http.js";
import { redisStore } from "../../../../farm/artifacts/redis.js";
import { refOf } from "../../../../farm/artifacts/store.js";
import type { ArtifactRef } from "../../../../farm/job.js";
import { type RedisServer, startRedis } from "../../../helpers/redis.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { until } from "../../prover/fault-tools.js";
import { chunkOf, closeAll, closing, codeOf, folderSubject, listing, MIB, producer, QUICK, served, TOKEN, temporaries } from "./lab.js";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
afterEach(closeAll);

describe("a writer killed in the middle of putFile", () => {
  const loader = new URL("../../../../node_modules/tsx/dist/loader.mjs", import.meta.url).href;
  const farm = new URL("../../../../farm/", import.meta.url).href;

  /** A process that puts a file into the store which `opened` makes. */
  function writer(file: string, opened: string): { child: ChildProcess; killed: () => Promise<void> } {
    const modules = { folder: "artifacts/folder.ts", redis: "artifacts/redis.ts", http: "artifacts/http.ts", connection: "connection.ts" };
    const imports = Object.entries(modules).map(([name, path]) => `import * as ${name} from ${JSON.stringify(farm + path)};`);
    const code = `${imports.join("\n")}\nconst store = ${opened};\nawait store.putFile(${JSON.stringify(file)});\nprocess.exit();`;
    const child = spawn(process.execPath, ["--import", loader, "--input-type=module", "-e", code], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const killed = async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      expect(await gone).toEqual([null, "SIGKILL"]); // and not finished before
    };
    return { child, killed };
  }

  async function largeFile(bytes: number): Promise<{ file: string; ref: ArtifactRef }> {
    const file = join(await tempDir(), "large");
    const content = randomBytes(bytes);
    await writeFile(file, content);
    return { file, ref: refOf(content) };
  }

  it("leaves a folder without it, and the next to open sweeps", async () => {
    const dir = await tempDir();
    const { file, ref } = await largeFile(150 * MIB);
    const { killed } = writer(file, `folder.folderStore(${JSON.stringify(dir)})`);
    await until(() => temporaries(dir).length > 0);
    await killed();
    expect(temporaries(dir)).toHaveLength(1);
    const store = folderStore(dir);
    expect(listing(dir)).toEqual([]);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.getFile(ref, join(dir, "out")))).toBe("ARTIFACT_MISSING");
    await store.putFile(file);
    expect(await store.has(ref)).toBe(true);
  });

  it("leaves Redis without it, and the chunks for an hour at most", async () => {
    const client = await producer(redis);
    closing.push(() => redis.wipe());
    const { file, ref } = await largeFile(60 * MIB);
    const { killed } = writer(file, `redis.redisStore(await connection.connectProducer(connection.redisSettings("${redis.url}", {})))`);
    while ((await client.exists(chunkOf(ref, 1))) === 0) await sleep(2);
    await killed();
    const store = redisStore(client);
    expect(await store.has(ref)).toBe(false);
    expect(await codeOf(store.getFile(ref, join(await tempDir(), "out")))).toBe("ARTIFACT_MISSING");
    expect(await client.ttl(chunkOf(ref, 0))).toBeLessThanOrEqual(3600);
    await store.putFile(file);
    expect(await client.ttl(chunkOf(ref, 0))).toBeGreaterThan(3600);
  });

  it("leaves a server without it", async () => {
    const { store, dir } = await folderSubject();
    const { file, ref } = await largeFile(30 * MIB);
    let seen = false;
    let finished = false;
    const url = await served(store, (app) => {
      app.addHook("preParsing", async (request) => {
        seen ||= request.method === "PUT";
        if (request.method === "PUT") await until(() => finished);
      });
    });
    const { killed } = writer(file, `http.httpStore("${url}", "${TOKEN}")`);
    await until(() => seen);
    await killed();
    finished = true;
    await sleep(100);
    expect(listing(dir)).toEqual([]);
    expect(await httpStore(url, TOKEN, QUICK).has(ref)).toBe(false);
  });
});
