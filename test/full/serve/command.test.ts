// zkstate serve as a process: its address on stdout, its end by a signal, its refusals.
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AT_ONCE_MS } from "../../helpers/at-once.js";
import { publishedFixture, writePublished } from "../../helpers/published.js";
import { makePlace, type Place } from "../cli/run-cli.js";

let place: Place;
beforeAll(() => {
  place = makePlace();
  writePublished(publishedFixture({ batches: 1 }).files, join(place.dir, "published"));
});
afterAll(() => place.remove());

/** What the process has written to stdout once it matches. */
const stdout = (child: ChildProcess, pattern: RegExp) =>
  new Promise<RegExpExecArray>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once("close", () => reject(new Error(`ended with ${text}`)));
  });

describe("zkstate serve", () => {
  it("writes its address, serves, and ends at once on SIGTERM though somebody listens", async () => {
    const { child, done } = place.start(["serve", "--port", "0", "--log", "json"]);
    const [, url] = await stdout(child, /^(http:\/\/127\.0\.0\.1:[0-9]+)\n$/);
    expect((await fetch(`${url}/v1/heads.json`)).status).toBe(200);
    const stream = await fetch(`${url}/v1/events`);
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain("retry:");
    const rest = (async () => {
      while (!(await reader?.read())?.done);
      return "ended in order";
    })();
    const started = performance.now();
    child.kill("SIGTERM");
    const { code, stdout: out, stderr } = await done;
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect([code, out, await rest]).toEqual([0, `${url}\n`, "ended in order"]);
    const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["serving", "stopped"]);
  });

  it("writes one JSON object where that is wanted, and starts without a folder", async () => {
    const { child, done } = place.start(["serve", "--port", "0", "--json", "--no-page", "--publish", "later"]);
    const [text] = await stdout(child, /^\{[^}]*\}\n$/);
    const { url, ...rest } = JSON.parse(text) as { url: string };
    expect(rest).toEqual({ ok: true, publish: join(place.dir, "later"), page: false });
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect((await fetch(url)).status).toBe(404);
    child.kill("SIGINT");
    expect((await done).code).toBe(0);
  });

  it("answers a port in use with 4, and what makes no sense with 2", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const address = holder.address();
    const port = `${typeof address === "object" ? address?.port : 0}`;
    const [busy, folder, rate] = await Promise.all([
      place.run(["serve", "--port", port]),
      place.run(["serve", "--port", "0", "--publish", "published/heads.json"]),
      place.run(["serve", "--rate", "-1"]),
    ]);
    holder.close();
    expect([busy.code, busy.stdout]).toEqual([4, ""]);
    expect(busy.stderr).toContain(`error IO_FAILED: 127.0.0.1:${port} is in use.`);
    expect([folder.code, rate.code]).toEqual([2, 2]);
    expect(folder.stderr).toContain("error CONFIG_INVALID");
    expect(rate.stderr).toContain("error USAGE");
  });
});
