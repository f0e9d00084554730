// Hostile bytes for the certificate's parser and codecs: always an answer, always within a bound, always the same from both libraries.
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Malformed, type PairingBackend } from "../../../core/pairing/backend.js";
import { P } from "../../../core/pairing/encoding.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import type { ChainStatement } from "../../../core/snarkpack/statement.js";
import { type CertificateVerifier, prepareVerifier } from "../../../core/snarkpack/verify.js";
import { cpuMs } from "../../helpers/cpu-time.js";
import { littleEndian, readG1, readG2, readGt, Unreadable, writeG1, writeG2, writeGt } from "../../helpers/snarkpack/bytes.js";
import { fieldsOf } from "../../helpers/snarkpack/layout.js";
import { claimNamed, readClaims } from "../../helpers/snarkpack/vector-files.js";

const SEED = 20_260_531;
/** Milliseconds of processor time for what takes one: a decoder that searches for a root that is not there takes for ever. */
const BOUND = 2_000;

const valid = readClaims("valid");
const claim = claimNamed(valid, "2 proofs");
const single = claimNamed(valid, "1 proof");

let backends: readonly PairingBackend[] = [];
let verifiers: readonly CertificateVerifier[] = [];
beforeAll(async () => {
  const [noble, mcl] = [nobleBackend, await mclBackend()];
  backends = [noble as PairingBackend, mcl as PairingBackend];
  verifiers = [prepareVerifier(noble, claim.vkey, claim.srs), prepareVerifier(mcl, claim.vkey, claim.srs)];
});

function timed<T>(run: () => T): T {
  const start = cpuMs();
  const result = run();
  expect(cpuMs() - start).toBeLessThan(BOUND);
  return result;
}

/** The verdict of both libraries, whatever they are given. */
function verdict(certificate: unknown, statement: unknown): string {
  const ask = (verifier: CertificateVerifier) => verifier.verify(statement as ChainStatement, certificate as Uint8Array);
  const [first, second] = verifiers.map((verifier) => timed(() => ask(verifier))).map((v) => (v.ok ? "ACCEPTED" : v.code));
  expect(second).toBe(first);
  return first ?? "";
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** A coordinate near the modulus, a small number, or any bytes: what decoders are wrong about. */
const coordinate = fc.oneof(
  bytes(32),
  fc.bigInt({ min: -3n, max: 3n }).map((d) => littleEndian(P + d)),
  fc.bigInt({ min: 0n, max: 40n }).map((x) => littleEndian(x)),
  fc.bigInt({ min: 0n, max: P - 1n }).map((x) => littleEndian(x)),
);
/** Elements of so many coordinates, with any top bit. */
const element = (coordinates: number) =>
  fc.tuple(fc.array(coordinate, { minLength: coordinates, maxLength: coordinates }), fc.boolean()).map(([parts, sign]) => {
    const all = new Uint8Array(Buffer.concat(parts));
    if (sign) all[all.length - 1] = (all[all.length - 1] ?? 0) ^ 0x80;
    return all;
  });

function isDecoded(decode: () => unknown, refusal: typeof Malformed | typeof Unreadable): boolean {
  try {
    timed(decode);
    return true;
  } catch (e) {
    expect(e).toBeInstanceOf(refusal);
    return false;
  }
}

describe("an encoding is read by both libraries and the reference, or by none", () => {
  const cases = [
    { kind: "G1", coordinates: 1, runs: 150, again: (x: Uint8Array) => writeG1(readG1(x)), read: (b: PairingBackend, x: Uint8Array) => b.decodeG1(x) },
    { kind: "G2", coordinates: 2, runs: 60, again: (x: Uint8Array) => writeG2(readG2(x)), read: (b: PairingBackend, x: Uint8Array) => b.decodeG2(x) },
    { kind: "GT", coordinates: 4, runs: 150, again: (x: Uint8Array) => writeGt(readGt(x)), read: (b: PairingBackend, x: Uint8Array) => b.decodeGt(x) },
  ]; // biome-ignore format: one kind a line
  it.each(cases)("of $kind; it is the only one of its element", ({ coordinates, runs, again, read }) => {
    let read1 = 0;
    const property = fc.property(element(coordinates), (encoding) => {
      const wanted = isDecoded(() => again(encoding), Unreadable);
      if (wanted) expect(again(encoding)).toEqual(encoding);
      for (const backend of backends)
        expect(
          isDecoded(() => read(backend, encoding), Malformed),
          backend.name,
        ).toBe(wanted);
      read1 += wanted ? 1 : 0;
    });
    fc.assert(property, { seed: SEED, numRuns: runs });
    if (coordinates !== 2) expect(read1).toBeGreaterThan(runs / 10); // half of all x have no point; in G2 nearly none is of order r
  });

  it("of no other length", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      for (const backend of backends) {
        if (data.length !== 32) expect(() => backend.decodeG1(data)).toThrow(Malformed);
        if (data.length !== 64) expect(() => backend.decodeG2(data)).toThrow(Malformed);
        if (data.length !== 128) expect(() => backend.decodeGt(data)).toThrow(Malformed);
      }
    });
    fc.assert(property, { seed: SEED, numRuns: 100 });
  });
});

describe("a certificate is refused, and nothing thrown", () => {
  const header = claim.certificate.slice(0, 8);

  it("when it is random bytes, with a true header or without", () => {
    const body = fc.oneof(bytes(claim.certificate.length - 8), fc.uint8Array({ maxLength: 300 }));
    const property = fc.property(body, fc.boolean(), (data, headed) => {
      const all = headed ? Uint8Array.from([...header, ...data]) : data;
      expect(verdict(all, claim.statement)).toBe("CERTIFICATE_MALFORMED");
      expect(verdict(all.slice(0, 128), single.statement)).toMatch(/MALFORMED|INVALID/);
    });
    fc.assert(property, { seed: SEED, numRuns: 40 });
  });

  it("when it is cut or prolonged", () => {
    const property = fc.property(fc.nat(claim.certificate.length - 1), fc.uint8Array({ minLength: 1, maxLength: 64 }), (length, tail) => {
      expect(verdict(claim.certificate.slice(0, length), claim.statement)).toBe("CERTIFICATE_MALFORMED");
      expect(verdict(Uint8Array.from([...claim.certificate, ...tail]), claim.statement)).toBe("CERTIFICATE_MALFORMED");
      expect(verdict(single.certificate.slice(0, length % 128), single.statement)).toBe("CERTIFICATE_MALFORMED");
    });
    fc.assert(property, { seed: SEED, numRuns: 30 });
  });

  it("when any bytes of it are others", () => {
    const edits = fc.array(fc.tuple(fc.nat(claim.certificate.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.property(edits, (list) => {
      const data = new Uint8Array(claim.certificate);
      for (const [offset, xor] of list) data[offset] = (data[offset] ?? 0) ^ xor;
      if (Buffer.compare(data, claim.certificate) === 0) return;
      expect(verdict(data, claim.statement)).toMatch(/MALFORMED|INVALID/);
    });
    fc.assert(property, { seed: SEED, numRuns: 40 });
  });

  it("when a field of it is another element, or the edge of one", () => {
    const fields = fieldsOf(1);
    const property = fc.property(fc.nat(fields.length - 1), element(4), (i, data) => {
      const field = fields[i];
      const changed = new Uint8Array(claim.certificate);
      changed.set(data.slice(128 - (field?.length ?? 0)), field?.offset ?? 0);
      expect(verdict(changed, claim.statement)).toMatch(/MALFORMED|INVALID/);
    });
    fc.assert(property, { seed: SEED, numRuns: 60 });
  });

  it("when a proof's bytes are others", () => {
    const property = fc.property(fc.nat(127), fc.integer({ min: 1, max: 255 }), (offset, xor) => {
      const data = new Uint8Array(single.certificate);
      data[offset] = (data[offset] ?? 0) ^ xor;
      expect(verdict(data, single.statement)).toMatch(/MALFORMED|INVALID/);
    });
    fc.assert(property, { seed: SEED, numRuns: 40 });
  });
});

describe("what is no certificate, or no statement", () => {
  const hostile: readonly unknown[] = [
    undefined,
    null,
    7,
    "",
    [],
    {},
    () => 1,
    new ArrayBuffer(8),
    new Float64Array(16),
    Object.create(null),
  ];

  it("is refused, and nothing thrown", () => {
    for (const thing of hostile) {
      expect(verdict(thing, claim.statement)).toBe("CERTIFICATE_MALFORMED");
      expect(verdict(claim.certificate, thing)).toBe("STATEMENT_MALFORMED");
      for (const key of ["oldRoot", "newRoot", "count"]) {
        const statement = { ...claim.statement, [key]: thing };
        expect(verdict(claim.certificate, statement)).toBe(key === "count" && thing === 7 ? "CERTIFICATE_INVALID" : "STATEMENT_MALFORMED");
      }
    }
  });

  it("is refused for counts at every edge", () => {
    const counts = [-1, 0, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "2"];
    for (const count of counts) expect(verdict(claim.certificate, { ...claim.statement, count })).toBe("STATEMENT_MALFORMED");
    for (const count of [1, 3, 2 ** 20, 2 ** 20 + 1, 2 ** 31, 2 ** 32, 2 ** 32 + 2])
      expect(verdict(claim.certificate, { ...claim.statement, count })).toMatch(/^CERTIFICATE_/);
  });
});

describe("a true certificate", () => {
  it("is accepted twice from the same buffer, in the middle of another, which stays as it was", () => {
    const buffer = Buffer.concat([Buffer.alloc(3, 255), claim.certificate, Buffer.alloc(5, 255)]);
    const before = Buffer.from(buffer);
    const part = buffer.subarray(3, 3 + claim.certificate.length);
    for (let i = 0; i < 2; i++) expect(verdict(part, claim.statement)).toBe("ACCEPTED");
    const proof = Buffer.from(single.certificate);
    for (let i = 0; i < 2; i++) expect(verdict(proof, single.statement)).toBe("ACCEPTED");
    expect(buffer.equals(before)).toBe(true);
    expect(proof.equals(single.certificate)).toBe(true);
  });
});
