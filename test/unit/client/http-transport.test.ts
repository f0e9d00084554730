// HTTP against servers that answer slowly, too much, wrongly or not at all. The servers are functions: nothing goes over a network.
import { describe, expect, it } from "vitest";
import { httpTransport } from "../../../client/http-transport.js";
import { errorOf } from "./venue.js";

type Answer = (url: string, init: RequestInit & { cache?: string }) => Response | Promise<Response>;
const over = (answer: Answer, timeoutMs = 60_000) =>
  httpTransport("https://venue.example/v1", { timeoutMs, fetch: async (url, init) => answer(String(url), init ?? {}) });

const body = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
/** Sends a byte and then nothing. */
const slow = () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(1)) });

describe("a transport over HTTP", () => {
  it("reads a file below the address, whole", async () => {
    const asked: string[] = [];
    const transport = over((url) => {
      asked.push(url);
      return new Response(body("ab", "cd"));
    });
    expect(new TextDecoder().decode(await transport.read("nodes/ab/cd.json", 4))).toBe("abcd");
    expect(asked).toEqual(["https://venue.example/v1/nodes/ab/cd.json"]);
  });

  it("keeps no copy of what changes, and sends no credentials", async () => {
    const modes: unknown[] = [];
    const transport = over((_, { cache, credentials }) => {
      modes.push([cache, credentials]);
      return new Response("{}");
    });
    await transport.read("heads.json", 10);
    await transport.read("states/1.json", 10);
    expect(modes).toEqual([
      ["no-store", "omit"],
      ["default", "omit"],
    ]);
  });

  it.each([
    [404, "NOT_PUBLISHED", true],
    [410, "NOT_PUBLISHED", true],
    [403, "TRANSPORT_FAILED", false],
    [429, "TRANSPORT_FAILED", true],
    [503, "TRANSPORT_FAILED", true],
  ])("answers status %i with %s", async (status, code, retryable) => {
    expect(await errorOf(over(() => new Response("", { status })).read("heads.json", 10))).toMatchObject({ code, retryable });
  });

  it("takes a file of exactly the limit and refuses one byte more, announced or not", async () => {
    expect(await over(() => new Response(body("abcd"))).read("heads.json", 4)).toHaveLength(4);
    expect((await errorOf(over(() => new Response(body("abcd", "e"))).read("heads.json", 4))).code).toBe("RESPONSE_TOO_LARGE");
    const announced = () => new Response(body("abcd"), { headers: { "content-length": "5" } });
    expect((await errorOf(over(announced).read("heads.json", 4))).code).toBe("RESPONSE_TOO_LARGE");
  });

  it("gives up on an answer that does not come, and on one that never ends", async () => {
    const never = over(() => new Promise(() => undefined), 20);
    expect(await errorOf(never.read("heads.json", 10))).toMatchObject({
      code: "TRANSPORT_FAILED",
      retryable: true,
      got: "no whole answer within 20 ms",
    });
    const trickle = over(() => new Response(slow()), 20);
    expect(await errorOf(trickle.read("heads.json", 10))).toMatchObject({ code: "TRANSPORT_FAILED", retryable: true });
  });

  it("says why a connection failed", async () => {
    const broken = over(() => Promise.reject(new TypeError("connection refused")));
    expect(await errorOf(broken.read("heads.json", 10))).toMatchObject({ code: "TRANSPORT_FAILED", got: "connection refused" });
  });

  it("stops when it is told to, with the reason it was given", async () => {
    const controller = new AbortController();
    const reading = over(() => new Response(slow()), 60_000).read("heads.json", 10, controller.signal);
    const reason = new Error("closed");
    setTimeout(() => controller.abort(reason), 5);
    await expect(reading).rejects.toBe(reason);
    await expect(over(() => new Response("{}")).read("heads.json", 10, controller.signal)).rejects.toBe(reason);
  });
});
