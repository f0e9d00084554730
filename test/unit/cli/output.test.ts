import { describe, expect, it } from "vitest";
import { fileError } from "../../../cli/file-trouble.js";
import { makeOutput } from "../../../cli/output.js";
import { asZkStateError, ZkStateError } from "../../../core/errors.js";

class Sink {
  text = "";
  constructor(readonly isTTY: boolean) {}
  write(chunk: string): boolean {
    this.text += chunk;
    return true;
  }
}

function streams(tty: boolean, env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new Sink(tty), new Sink(tty)];
  return { stdout, stderr, env, all: { stdout, stderr, env } as unknown as Parameters<typeof makeOutput>[0] };
}

const error = () =>
  new ZkStateError({
    code: "TRANSITION_REFUSED",
    message: "The rules refuse item 4 (trade): MARGIN_TOO_LOW.",
    expected: "more",
    got: "less",
    next: "do this",
    details: { index: 4, refusal: "MARGIN_TOO_LOW", rule: "section 7" },
  });

describe("output", () => {
  it("tells an error with place, rule, expected, got and next step", () => {
    const s = streams(false);
    makeOutput(s.all, {}).error(error());
    expect(s.stderr.text).toMatchInlineSnapshot(`
      "error TRANSITION_REFUSED: The rules refuse item 4 (trade): MARGIN_TOO_LOW.
        where    item 4
        rule     MARGIN_TOO_LOW, section 7
        expected more
        got      less
        next     do this
      "
    `);
    expect(s.stdout.text).toBe("");
  });

  it("shows no command to the terminal that a file or a server put into an error", () => {
    const s = streams(true, { NO_COLOR: "1" });
    const hostile = "a\u001b]0;title\u0007\u001b[2J\u009b31mb\r\n\tc";
    makeOutput(s.all, {}).error(
      new ZkStateError({
        code: "PROOF_MALFORMED",
        message: hostile,
        expected: hostile,
        got: hostile,
        next: hostile,
        details: { item: hostile },
      }),
    );
    const shown = "a\ufffd]0;title\ufffd\ufffd[2J\ufffd31mb\ufffd\n\tc";
    expect(s.stderr.text.split(shown)).toHaveLength(6);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(s.stderr.text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it("writes results as lines, or as one object with bigints in decimal", () => {
    const people = streams(false);
    makeOutput(people.all, {}).result(["one", "two"], { x: 1n });
    expect(people.stdout.text).toBe("one\ntwo\n");
    const machines = streams(false);
    makeOutput(machines.all, { json: true }).result(["one"], { x: 1n });
    expect(JSON.parse(machines.stdout.text)).toEqual({ x: "1" });
  });

  it("colours only a terminal, never under NO_COLOR", () => {
    const paint = (tty: boolean, env: NodeJS.ProcessEnv) => makeOutput(streams(tty, env).all, {}).paint("red", "x");
    expect(paint(true, {})).not.toBe("x");
    expect([paint(true, { NO_COLOR: "1" }), paint(true, { TERM: "dumb" }), paint(false, {})]).toEqual(["x", "x", "x"]);
  });

  it("is quiet but for errors when told so", () => {
    const s = streams(true);
    const output = makeOutput(s.all, { quiet: true });
    output.note("progress");
    expect([s.stderr.text, output.interactive]).toEqual(["", false]);
  });

  it("turns whatever is thrown into a code", () => {
    expect(asZkStateError(new TypeError("x")).code).toBe("INTERNAL");
    expect(asZkStateError("text").message).toContain("text");
    const known = error();
    expect(asZkStateError(known)).toBe(known);
  });
});

describe("file system faults", () => {
  const errno = (code: string) => Object.assign(new Error(code), { code });
  it.each([
    ["ENOSPC", "write", "DISK_FULL", 4],
    ["EDQUOT", "write", "DISK_FULL", 4],
    ["EROFS", "write", "READ_ONLY", 4],
    ["EACCES", "write", "READ_ONLY", 4],
    ["EIO", "write", "IO_FAILED", 4],
    ["ENOENT", "read", "INPUT_NOT_FOUND", 2],
    ["EISDIR", "read", "INPUT_NOT_FOUND", 2],
    ["EACCES", "read", "IO_FAILED", 4],
  ] as const)("%s on %s is %s with the next step", (code, doing, expected, exitCode) => {
    const translated = fileError(errno(code), "/some/path", doing);
    expect(translated).toMatchObject({ code: expected, exitCode });
    expect(translated.next).toBeTruthy();
    expect(translated.message).toContain("/some/path");
  });
});
