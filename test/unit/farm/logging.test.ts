import { describe, expect, it } from "vitest";
import { ZkStateError } from "../../../core/errors.js";
import { type LogOptions, makeLogger } from "../../../farm/logging.js";

function logged(options: Pick<LogOptions, "level" | "json">) {
  const lines: string[] = [];
  return { lines, log: makeLogger({ ...options, destination: { write: (line) => lines.push(line) } }) };
}

describe("makeLogger", () => {
  it("writes an object per line, with the fields of its children", () => {
    const { lines, log } = logged({ level: "info", json: true });
    log.child({ worker: "w1" }).warn({ jobId: "p1", batchNumber: 3, attempt: 2 }, "again");
    log.debug("not this");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "warn",
      worker: "w1",
      jobId: "p1",
      batchNumber: 3,
      attempt: 2,
      msg: "again",
    });
  });

  it("writes a line of text for people, with an error's code", () => {
    const { lines, log } = logged({ level: "info", json: false });
    log.info({ worker: "w1", err: new ZkStateError({ code: "QUEUE_UNAVAILABLE", message: "Redis is away." }) }, "waiting");
    expect(lines.join("")).toMatch(/^\S+ INFO {2}waiting worker=w1 \(QUEUE_UNAVAILABLE: Redis is away\.\)\n$/);
  });

  it("keeps a text on its line and without escapes, wherever it came from", () => {
    const { lines, log } = logged({ level: "info", json: false });
    log.info({ message: "a\u001b[2Jb\nERROR forged\u202e" }, "report");
    expect(lines.join("")).toContain("message=a [2Jb ERROR forged \n");
  });

  it("is silent when asked to be", () => {
    const { lines, log } = logged({ level: "silent", json: true });
    log.fatal("nothing");
    expect(lines).toEqual([]);
  });

  it.each([true, false])("shows no secret (json: %s)", (json) => {
    const { lines, log } = logged({ level: "info", json });
    const auth = Object.assign(new Error("WRONGPASS of rediss://zk:hunter2@redis:6379"), {
      command: { name: "auth", args: ["zk", "hunter2"] },
    });
    log.child({ token: "hunter2" }).info({ redis: { url: 'redis://:hunt"er2@h:1/0', password: "hunter2" } }, "http://u:hunter2@h/x");
    log.info({ options: { redis: { password: "hunter2" } }, headers: { authorization: "Bearer hunter2" } }, "deep");
    log.error({ err: auth }, "refused");
    log.error(auth);
    expect(lines).toHaveLength(4);
    expect(lines.join("")).not.toMatch(/hunt/);
    expect(lines[0]).toContain("http://***@h/x");
    expect(lines[2]).toContain("rediss://***@redis:6379");
  });
});
