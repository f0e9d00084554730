// The server of artifacts, and who wants in.
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { httpStore } from "../../../../farm/artifacts/http.js";
import { MAX_IN_MEMORY, refOf } from "../../../../farm/artifacts/store.js";
import { artifactRoutes } from "../../../../farm/http/artifact-routes.js";
import type { ArtifactRef } from "../../../../farm/job.js";
import { tempDir } from "../../../helpers/toy-circuit.js";
import { closeAll, codeOf, folderSubject, listening, listing, QUICK, sample, served, TOKEN, thrownBy } from "./lab.js";

afterEach(closeAll);

describe("a server of artifacts", () => {
  const path = (ref: ArtifactRef) => `/artifacts/${ref.sha256}?bytes=${ref.bytes}`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const octets = { "content-type": "application/octet-stream" };

  it.each([
    ["another token", "another-token"],
    ["a part of the token", TOKEN.slice(0, -1)],
    ["a longer token", `${TOKEN}x`],
  ])("lets nobody in with %s", async (_what, wrong) => {
    const { store } = await folderSubject();
    const bytes = sample(100);
    const ref = await store.put(bytes);
    const url = await served(store);
    const stranger = httpStore(url, wrong, QUICK);
    const out = join(await tempDir(), "out");
    for (const act of [
      () => stranger.get(ref),
      () => stranger.has(ref),
      () => stranger.put(sample(10)),
      () => stranger.getFile(ref, out),
    ]) {
      const e = await thrownBy(act);
      expect(e.code).toBe("CONFIG_INVALID");
      expect(inspect(e, { depth: 9 })).not.toContain(wrong);
    }
    expect((await fetch(url + path(ref))).status).toBe(401);
    expect((await fetch(url + path(ref), { headers: bearer(TOKEN) })).status).toBe(200);
  });

  it("never shows its token", async () => {
    const { store } = await folderSubject();
    const lines: string[] = [];
    const app = fastify({ logger: { level: "trace", stream: { write: (line: string) => lines.push(line) } } });
    await app.register(artifactRoutes(store, TOKEN));
    const url = await listening(app);
    const ref = refOf(sample(10));
    for (const token of [TOKEN, `${TOKEN}x`]) await fetch(url + path(ref), { headers: bearer(token) }).then((response) => response.text());
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join("")).not.toContain(TOKEN);
  });

  it("stores nothing that is not what the address names", async () => {
    const { store, dir } = await folderSubject();
    const url = await served(store);
    const ref = refOf(sample(10));
    const put = async (to: string, body: Buffer) => {
      const response = await fetch(url + to, { method: "PUT", headers: { ...bearer(TOKEN), ...octets }, body });
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await put(path(ref), sample(10))).toEqual([400, "USAGE"]);
    expect(await put(path({ ...refOf(Buffer.from("ab")), bytes: 3 }), Buffer.from("ab"))).toEqual([400, "USAGE"]);
    expect(await put(path(ref), Buffer.alloc(0))).toEqual([400, "USAGE"]);
    expect(await put(path({ ...ref, sha256: "../../etc/passwd" }), sample(10))).toEqual([404, undefined]);
    expect(await put(path({ ...ref, sha256: "..%2f..%2fetc" }), sample(10))).toEqual([400, "USAGE"]);
    expect(await put(`/artifacts/${ref.sha256}`, sample(10))).toEqual([400, "USAGE"]);
    expect(listing(dir)).toEqual([]);
  });

  it("refuses bodies over the limit, which clients know", async () => {
    const { store, dir } = await folderSubject();
    const url = await served(store);
    const headers = { ...bearer(TOKEN), ...octets };
    const response = await fetch(url + path(refOf(sample(1))), { method: "PUT", headers, body: Buffer.alloc(MAX_IN_MEMORY + 1) }).catch(
      () => undefined,
    );
    expect([undefined, 413]).toContain(response?.status); // or the connection is closed while the body is still sent
    expect(listing(dir)).toEqual([]);
    const file = join(await tempDir(), "large");
    await writeFile(file, "");
    await truncate(file, MAX_IN_MEMORY + 1);
    expect(await thrownBy(httpStore(url, TOKEN).putFile(file))).toMatchObject({ code: "IO_FAILED", retryable: false });
  });

  it("answers HEAD without reading, and 404 with a code", async () => {
    const { store } = await folderSubject();
    const url = await served(store);
    const ref = await store.put(sample(1234));
    const head = await fetch(url + path(ref), { method: "HEAD", headers: bearer(TOKEN) });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "1234"]);
    const none = await fetch(url + path(refOf(sample(3))), { headers: bearer(TOKEN) });
    expect([none.status, await none.json()]).toEqual([404, { error: { code: "ARTIFACT_MISSING", message: expect.any(String) } }]);
  });

  it("needs a token", async () => {
    const { store } = await folderSubject();
    expect(await codeOf(() => artifactRoutes(store, ""))).toBe("CONFIG_INVALID");
  });
});
