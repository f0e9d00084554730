// The transcript's bytes, and the order of what is said: everything a prover chooses moves every number drawn after it.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { R } from "../../../core/field.js";
import { type Certificate, certificateBytes, parseCertificate } from "../../../core/snarkpack/certificate.js";
import { type Scalars, verifierScalars } from "../../../core/snarkpack/scalars.js";
import { Transcript } from "../../../core/snarkpack/transcript.js";
import { randomField } from "../../helpers/mutate.js";

const sha512 = (...parts: readonly Uint8Array[]) => createHash("sha512").update(Buffer.concat(parts)).digest();
const u32 = (n: number) => Uint8Array.of(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24);
const text = (label: string) => Buffer.concat([u32(label.length), Buffer.from(label, "ascii")]);
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);

describe("the transcript", () => {
  it("hashes the documented bytes", () => {
    const transcript = new Transcript("zkstate test");
    transcript.absorb("one", Uint8Array.of(1, 2), new Uint8Array(0));
    let state = sha512(new Uint8Array(64), Uint8Array.of(0), text("zkstate test"));
    state = sha512(state, Uint8Array.of(1), text("one"), u32(2), u32(2), Uint8Array.of(1, 2), u32(0));
    state = sha512(state, Uint8Array.of(2), text("x"));
    expect(transcript.challenge("x")).toBe(number(sha512(state, Uint8Array.of(4))) % R);
    state = sha512(state, Uint8Array.of(3), text("w"));
    expect(transcript.weight("w")).toBe(number(sha512(state, Uint8Array.of(4)).subarray(0, 16)));
  });

  it("draws challenges below r and weights of 128 bits, none twice", () => {
    const transcript = new Transcript("zkstate test");
    const challenges = Array.from({ length: 100 }, () => transcript.challenge("x"));
    const weights = Array.from({ length: 100 }, () => transcript.weight("x"));
    for (const x of challenges) expect(x > 1n && x < R).toBe(true);
    for (const w of weights) expect(w > 0n && w < 2n ** 128n).toBe(true);
    expect(new Set([...challenges, ...weights]).size).toBe(200);
  });

  it("tells apart what would be the same bytes in a row", () => {
    const bytes = (s: string) => new TextEncoder().encode(s);
    const heard = (domain: string, ...said: [string, ...string[]][]) => {
      const transcript = new Transcript(domain);
      for (const [label, ...data] of said) transcript.absorb(label, ...data.map(bytes));
      return transcript.challenge("x");
    };
    const all = [
      heard("d"),
      heard("e"),
      heard("d", ["a", "bc"]),
      heard("d", ["ab", "c"]),
      heard("d", ["a", "b", "c"]),
      heard("d", ["a", "bc", ""]),
      heard("d", ["a", ""], ["a", "bc"]),
      heard("d", ["a", "b"], ["a", "c"]),
      heard("d", ["a"], ["a", "bc"]),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

const ROUNDS = 3;
const random = randomField(23n);
/** Bytes in the layout of a certificate of seven proofs; that they are no points does not matter to the transcript. */
const bytes = Uint8Array.from({ length: certificateBytes(ROUNDS) }, () => Number(random() % 256n));
bytes.set([1, 1, ROUNDS, 1, 7, 0, 0, 0]);
const certificate: Certificate = { ...parseCertificate(bytes), evaluation: new Uint8Array(32).fill(7, 0, 31) };
const statement = { oldRoot: 5n, newRoot: 6n, count: 7 };
const digests = { vkeyDigest: "11".repeat(32), srsDigest: "22".repeat(32) };
const honest = verifierScalars(statement, certificate, digests);

/** All that is drawn, in order. */
const drawn = ({ t, xs, z, weights }: Scalars): readonly bigint[] => [t, ...xs, z, ...weights];

/** How many numbers stay, and that all after them change. */
function kept(scalars: Scalars): number {
  const [before, after] = [drawn(honest), drawn(scalars)];
  const first = before.findIndex((x, i) => x !== after[i]);
  for (let i = first; i < before.length; i++) expect(after[i]).not.toBe(before[i]);
  return first;
}

/** All certificates with one bit of one field changed, each with the field's path. */
function* changed(value: Readonly<Record<string, unknown>>, path = ""): Generator<[string, Record<string, unknown>]> {
  for (const [name, field] of Object.entries(value)) {
    const here = `${path}.${name}`;
    if (field instanceof Uint8Array) yield [here, { ...value, [name]: field.map((byte, i) => (i === 9 ? byte ^ 16 : byte)) }];
    else if (Array.isArray(field))
      for (const [i, item] of field.entries())
        for (const [at, other] of changed(item as Record<string, unknown>, `${here}.${i}`))
          yield [at, { ...value, [name]: field.with(i, other) }];
    else if (typeof field === "object" && field !== null)
      for (const [at, other] of changed(field as Record<string, unknown>, here)) yield [at, { ...value, [name]: other }];
  }
}

/** Numbers drawn before a field is heard. */
function drawnBefore(path: string): number {
  if (/^\.(states|[tu]AB|[tu]C)$/.test(path)) return 0;
  if (/^\.z/.test(path)) return 1;
  const round = path.match(/^\.rounds\.(\d)/)?.[1];
  if (round !== undefined) return 1 + Number(round);
  return path.startsWith(".final") ? 1 + ROUNDS : 2 + ROUNDS;
}

describe("every message", () => {
  it("moves all numbers that are drawn after it, and none before", () => {
    const fields = [...changed({ ...certificate })];
    expect(fields).toHaveLength(7 + 12 * ROUNDS + 7 + 4 + 3);
    for (const [path, other] of fields) {
      const scalars = verifierScalars(statement, other as unknown as Certificate, digests);
      expect(kept(scalars), path).toBe(drawnBefore(path));
    }
  });

  it("of the statement moves them all", () => {
    const others = [
      verifierScalars({ ...statement, oldRoot: 4n }, certificate, digests),
      verifierScalars({ ...statement, newRoot: 4n }, certificate, digests),
      verifierScalars({ ...statement, count: 6 }, certificate, digests),
      verifierScalars(statement, certificate, { ...digests, vkeyDigest: digests.srsDigest }),
      verifierScalars(statement, certificate, { ...digests, srsDigest: digests.vkeyDigest }),
    ];
    for (const other of others) expect(kept(other)).toBe(0);
    expect(new Set(others.map(({ t }) => t)).size).toBe(others.length);
  });
});
