// Challenges that are 0 or 1, and weights that are 0, are drawn again: a prover divides by challenges and by t - 1, and a weight of 0 drops an equation.
// No hash is known that gives them, so the hash answers what the test says.
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { R } from "../../../core/field.js";
import { littleEndian } from "../../helpers/snarkpack/bytes.js";

/** Answers to be given in place of the next values drawn. */
const answers: Uint8Array[] = [];
const inputs: string[] = [];

vi.resetModules(); // other files of this process have loaded the transcript with the true hash
vi.doMock("@noble/hashes/sha2.js", async (original) => {
  const real = await original<typeof import("@noble/hashes/sha2.js")>();
  const VALUE = 4;
  const sha512 = (bytes: Uint8Array): Uint8Array => {
    const isValue = bytes.length === 65 && bytes[64] === VALUE;
    if (isValue) inputs.push(Buffer.from(bytes).toString("hex"));
    return (isValue ? answers.shift() : undefined) ?? real.sha512(bytes);
  };
  return { ...real, sha512 };
});
const { Transcript } = await import("../../../core/snarkpack/transcript.js");

afterAll(() => {
  vi.doUnmock("@noble/hashes/sha2.js");
  vi.resetModules();
});

afterEach(() => {
  answers.length = 0;
  inputs.length = 0;
});

const digest = (x: bigint): Uint8Array => littleEndian(x, 64);

it("a challenge is never 0 or 1, nor what is that mod r", () => {
  answers.push(...[0n, 1n, R, R + 1n, 5n * R, 5n * R + 1n, R + 2n].map(digest));
  expect(new Transcript("test").challenge("t")).toBe(2n);
  expect(answers).toEqual([]);
});

it("a weight is never 0", () => {
  answers.push(...[0n, 1n << 128n, 1n << 511n, 1n].map(digest));
  expect(new Transcript("test").weight("w")).toBe(1n);
  expect(answers).toEqual([]);
});

it("each draw hashes another state, so that drawing again ends", () => {
  answers.push(digest(0n), digest(1n));
  new Transcript("test").challenge("t");
  expect(inputs).toHaveLength(3);
  expect(new Set(inputs).size).toBe(3);
});
