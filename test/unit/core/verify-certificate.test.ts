// The certificate's verifier end to end, on both backends, against a prover that knows all logarithms.
import { beforeAll, describe, expect, it } from "vitest";
import { R } from "../../../core/field.js";
import { mclBackend } from "../../../core/pairing/mcl.js";
import { nobleBackend } from "../../../core/pairing/noble.js";
import { parseCertificate } from "../../../core/snarkpack/certificate.js";
import { srsDigest } from "../../../core/snarkpack/verifier-srs.js";
import { type CertificateVerifier, prepareVerifier } from "../../../core/snarkpack/verify.js";
import { verificationKeyDigest } from "../../../core/vkey-digest.js";
import { type ProofLogs, proveByLogarithms } from "../../helpers/exponent-prover.js";
import { simulatedSrs } from "../../helpers/simulated-setup.js";
import { logOfC, simulatedKey } from "../prover/simulated-proof.js";

const secrets = { a: 1_000_003n, b: 2_000_003n };
const srs = simulatedSrs(secrets.a, secrets.b);
const vkey = simulatedKey();
const digests = { vkeyDigest: verificationKeyDigest(vkey), srsDigest: srsDigest(srs) };

/** A proof of one step, whose logarithms nobody else has. */
function step(oldRoot: bigint, newRoot: bigint): ProofLogs {
  const [a, b] = [oldRoot * 3n + 7n, newRoot * 5n + 11n];
  return { a, b, c: logOfC(a, b, [oldRoot, newRoot]), oldRoot };
}

const rootAt = (i: number) => BigInt(1000 + i * i);
const steps = (count: number) => Array.from({ length: count }, (_, i) => step(rootAt(i), rootAt(i + 1)));
const statementOf = (count: number) => ({ oldRoot: rootAt(0), newRoot: rootAt(count), count });
const prove = (statement: ReturnType<typeof statementOf>, proofs: readonly ProofLogs[]) =>
  proveByLogarithms(statement, proofs, secrets, digests);

let verifiers: readonly CertificateVerifier[] = [];
beforeAll(async () => {
  verifiers = [prepareVerifier(nobleBackend, vkey, srs), prepareVerifier(await mclBackend(), vkey, srs)];
});

/** The verdict of all backends, which has to be the same. */
function verdict(statement: ReturnType<typeof statementOf>, certificate: Uint8Array): string {
  const verdicts = verifiers.map((verifier) => verifier.verify(statement, certificate));
  const codes = verdicts.map((v) => (v.ok ? "ok" : v.code));
  expect(new Set(codes).size, JSON.stringify(verdicts)).toBe(1);
  return codes[0] ?? "";
}

describe("a certificate of true proofs", () => {
  it.each([2, 3, 5])("of %i is accepted", (count) => {
    expect(verdict(statementOf(count), prove(statementOf(count), steps(count)))).toBe("ok");
  });
});

describe("a certificate is refused", () => {
  const statement = statementOf(3);
  const honest = prove(statement, steps(3));

  it("under another statement", () => {
    for (const other of [
      { ...statement, oldRoot: statement.oldRoot + 1n },
      { ...statement, newRoot: statement.newRoot + 1n },
      { ...statement, count: 4 },
    ])
      expect(verdict(other, honest)).toBe("CERTIFICATE_INVALID");
  });

  it("when made for a statement that its proofs do not prove", () => {
    for (const other of [
      { ...statement, oldRoot: 1n },
      { ...statement, newRoot: 1n },
    ])
      expect(verdict(other, prove(other, steps(3)))).toBe("CERTIFICATE_INVALID");
  });

  it.each(["a", "b", "c"] as const)("when %s of one proof is another's", (name) => {
    const proofs = steps(3).map((proof, i) => (i === 1 ? { ...proof, [name]: step(5n, 6n)[name] } : proof));
    expect(verdict(statement, prove(statement, proofs))).toBe("CERTIFICATE_INVALID");
  });

  it("when the chain has a gap, or its proofs are out of order", () => {
    const [first, second, third] = steps(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error("three steps");
    const gap = step(rootAt(1) + 1n, rootAt(2));
    expect(verdict(statement, prove(statement, [first, gap, third]))).toBe("CERTIFICATE_INVALID");
    expect(verdict(statement, prove(statement, [second, first, third]))).toBe("CERTIFICATE_INVALID");
  });

  it("when made under another key or setup", () => {
    const others = [
      { ...digests, vkeyDigest: digests.srsDigest },
      { ...digests, srsDigest: digests.vkeyDigest },
    ];
    for (const other of others)
      expect(verdict(statement, proveByLogarithms(statement, steps(3), secrets, other))).toBe("CERTIFICATE_INVALID");
    const otherSecrets = proveByLogarithms(statement, steps(3), { ...secrets, a: 77n }, digests);
    expect(verdict(statement, otherSecrets)).toBe("CERTIFICATE_INVALID");
  });

  it("when cut, prolonged, or no bytes at all", () => {
    for (const bytes of [honest.slice(0, -1), new Uint8Array([...honest, 0]), new Uint8Array(), undefined, "certificate"])
      expect(verdict(statement, bytes as Uint8Array)).toBe("CERTIFICATE_MALFORMED");
  });

  it("for a statement that is none", () => {
    for (const wrong of [{ oldRoot: R }, { newRoot: -1n }, { oldRoot: "1000" }, { count: 0 }, { count: 1.5 }, { count: "3" }])
      expect(verdict({ ...statement, ...(wrong as object) }, honest)).toBe("STATEMENT_MALFORMED");
    expect(verdict(undefined as never, honest)).toBe("STATEMENT_MALFORMED");
  });
});

/** Offsets and lengths of all fields of a certificate, by walking a parsed copy in the order of the wire. */
function fieldsOf(certificate: Uint8Array): { at: number; length: number }[] {
  const lengths: number[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof Uint8Array) lengths.push(value.length);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(parseCertificate(certificate));
  let at = 8;
  return lengths.map((length) => {
    at += length;
    return { at: at - length, length };
  });
}

describe("every field of a certificate counts", () => {
  const statement = statementOf(2);
  const honest = prove(statement, steps(2));
  const fields = fieldsOf(honest);

  it("so that one changed bit is refused", () => {
    for (const [i, { at, length }] of fields.entries()) {
      const changed = new Uint8Array(honest);
      const byte = at + ((i * 7) % length);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (i % 8));
      expect(verdict(statement, changed), `field ${i}`).not.toBe("ok");
    }
  });

  it("so that all of them at infinity are refused", () => {
    expect(verdict(statement, new Uint8Array(honest).fill(0, 8))).toBe("CERTIFICATE_INVALID");
  });

  const cross = ["tAB", "uAB", "zAB", "tC", "uC"];
  const halving = [...cross.flatMap((name) => [`left.${name}`, `right.${name}`]), "zCLeft", "zCRight"];
  const last = ["a", "b", "c", "v1", "v2", "w1", "w2", "open.v1", "open.v2", "open.w1", "open.w2"];
  it.each(["states", ...cross, "zC", ...halving, ...last, "evaluation", "openAtZero", "openAtT"])(
    "so that another %s is refused, whatever the prover says after it",
    (lie) => {
      const certificate = proveByLogarithms(statement, steps(2), secrets, digests, lie);
      const verdict = verifiers[1]?.verify(statement, certificate); // the equations are the same for all backends; mcl's is the fastest
      expect(verdict).toMatchObject({ ok: false, code: "CERTIFICATE_INVALID" });
    },
  );
});

describe("keys and setups", () => {
  const prepare =
    (key: unknown, setup = srs) =>
    () =>
      prepareVerifier(nobleBackend, key, setup);

  it("are known by their digests", () => {
    expect(verifiers.map(({ vkeyDigest, srsDigest }) => ({ vkeyDigest, srsDigest }))).toEqual([digests, digests]);
  });

  it("are refused when a key lets anyone forge, is malformed, or is of another circuit", () => {
    expect(prepare(simulatedKey({ delta: 31_337n }))).toThrow(expect.objectContaining({ code: "KEY_UNSAFE" }));
    expect(prepare({ ...vkey, extra: 1 })).toThrow(expect.objectContaining({ code: "PROOF_MALFORMED" }));
    const [first, second] = vkey.IC;
    expect(prepare({ ...vkey, nPublic: 1, IC: [first, second] })).toThrow(expect.objectContaining({ code: "KEY_MISMATCH" }));
  });

  it.each([
    ["both secrets the same", simulatedSrs(5n, 5n)],
    ["one secret the negative of the other", simulatedSrs(5n, R - 5n)],
    ["a secret of one", simulatedSrs(1n, 5n)],
    ["a secret of minus one", simulatedSrs(5n, R - 1n)],
    ["a secret of zero", { ...simulatedSrs(), aG: new Uint8Array(32), aH: new Uint8Array(64) }],
    ["other secrets in G2", { ...simulatedSrs(), bH: simulatedSrs(1n, 3n).bH }],
  ])("are refused for a setup with %s", (_, setup) => {
    expect(prepare(vkey, setup)).toThrow(expect.objectContaining({ code: "KEY_UNSAFE" }));
  });

  it("are refused for a setup that is no points", () => {
    for (const setup of [
      { ...srs, aG: new Uint8Array(32).fill(255) },
      { ...srs, bH: Uint8Array.from({ length: 64 }, (_, i) => (i === 0 ? 1 : 0)) },
      { ...srs, aG: srs.aG.slice(1) },
    ])
      expect(prepare(vkey, setup)).toThrow(expect.objectContaining({ code: "PROOF_MALFORMED" }));
  });
});
