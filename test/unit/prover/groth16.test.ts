import { describe, expect, it } from "vitest";
import { prepareKey, verifyGroth16, verifyPrepared } from "../../../core/groth16.js";
import {
  g1,
  g2,
  INFINITY_1,
  outsideSubgroup,
  P,
  proofWithStrayB,
  R,
  simulatedKey,
  simulatedProof,
  times1,
  times2,
} from "./simulated-proof.js";

const SIGNALS = [5n, 8n];
const vkey = simulatedKey();
const signals = SIGNALS.map(String);
const proof = simulatedProof(SIGNALS);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const clone = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Paths of all leaves of a JSON value. */
function leaves(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((v, i) => leaves(v, [...path, i]));
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([k, v]) => leaves(v, [...path, k]));
  return [path];
}

/** A copy with the leaf at `path` replaced. */
function edited(value: unknown, path: readonly (string | number)[], change: (old: string) => Json): Json {
  const copy = clone(value);
  let at = copy as { [key: string]: Json };
  for (const key of path.slice(0, -1)) at = at[key] as { [key: string]: Json };
  const last = path.at(-1) as string;
  at[last] = change(String(at[last]));
  return copy;
}

const plusOne = (old: string): Json => (/^[0-9]+$/.test(old) ? `${BigInt(old) + 1n}` : `${old}x`);

describe("verifyGroth16", () => {
  it("accepts a proof, with a prepared key too", () => {
    expect(verifyGroth16(vkey, signals, proof)).toEqual({ ok: true });
    const key = prepareKey(vkey);
    if (!key.ok) throw new Error(key.detail);
    expect(verifyPrepared(key, signals, proof)).toEqual({ ok: true });
  });

  it("refuses the proof when any one of its values changes", () => {
    for (const path of leaves(clone(proof)))
      expect(verifyGroth16(vkey, signals, edited(proof, path, plusOne)).ok, path.join(".")).toBe(false);
  });

  it("refuses when any public signal changes", () => {
    for (const path of leaves(clone(signals)))
      expect(verifyGroth16(vkey, edited(signals, path, plusOne), proof)).toMatchObject({ ok: false, code: "PROOF_INVALID" });
  });

  it("refuses when any value of the verification key changes", () => {
    for (const path of leaves(clone(vkey)))
      expect(verifyGroth16(edited(vkey, path, plusOne), signals, proof).ok, path.join(".")).toBe(false);
    expect(verifyGroth16({ ...vkey, vk_delta_2: g2(times2(5n)) }, signals, proof)).toMatchObject({ code: "PROOF_INVALID" });
  });

  it("refuses numbers that are not canonical decimals below their modulus", () => {
    const forms = (old: string): Json[] => [
      `0${old}`,
      `+${old}`,
      `-${old}`,
      ` ${old}`,
      `${old}.0`,
      `0x${BigInt(old).toString(16)}`,
      "",
      Number(old),
      null,
    ];
    for (const form of [...forms("5"), `${5n + R}`])
      expect(verifyGroth16(vkey, [form, signals[1]], proof)).toMatchObject({ ok: false, code: "SIGNALS_MALFORMED" });
    const x = proof.pi_a[0] as string;
    for (const form of [...forms(x), `${BigInt(x) + P}`])
      expect(verifyGroth16(vkey, signals, { ...proof, pi_a: [form, ...proof.pi_a.slice(1)] })).toMatchObject({
        ok: false,
        code: "PROOF_MALFORMED",
      });
  });

  it("refuses signal arrays of another length", () => {
    for (const wrong of [[], ["5"], [...signals, "0"], "5,8", { 0: "5", 1: "8", length: 2 }, undefined])
      expect(verifyGroth16(vkey, wrong, proof)).toMatchObject({ ok: false, code: "SIGNALS_MALFORMED" });
  });

  it("refuses points at infinity, off the curve and outside the subgroup", () => {
    const refused = { ok: false, code: "PROOF_MALFORMED" };
    for (const pi_a of [INFINITY_1, ["0", "0", "1"], ["1", "3", "1"], [...proof.pi_a, "1"], ["2", "4", "2"]])
      expect(verifyGroth16(vkey, signals, { ...proof, pi_a })).toMatchObject(refused);
    const zero = ["0", "0"];
    for (const pi_b of [[zero, ["1", "0"], zero], [zero, zero, ["1", "0"]], g2(outsideSubgroup()), proof.pi_b.slice(0, 2)])
      expect(verifyGroth16(vkey, signals, { ...proof, pi_b })).toMatchObject(refused);
    expect(verifyGroth16(vkey, signals, proofWithStrayB(SIGNALS))).toMatchObject(refused);
  });

  it("refuses unknown and missing fields, other protocols and other curves", () => {
    const { pi_c: _gone, ...short } = proof;
    for (const bad of [{ ...proof, note: "" }, short, { ...proof, protocol: "plonk" }, { ...proof, curve: "bls12381" }, [proof], null, 7])
      expect(verifyGroth16(vkey, signals, bad)).toMatchObject({ ok: false, code: "PROOF_MALFORMED" });
    for (const bad of [{ ...vkey, extra: 1 }, { ...vkey, nPublic: 1 }, { ...vkey, nPublic: "2" }, { ...vkey, IC: [] }, {}, undefined])
      expect(verifyGroth16(bad, signals, proof)).toMatchObject({ ok: false, code: "VKEY_MALFORMED" });
  });

  it("does not throw on hostile objects", () => {
    const trap = new Proxy({}, { get: () => { throw new Error("trap"); }, ownKeys: () => { throw new Error("trap"); } }); // biome-ignore format: one line
    for (const bad of [trap, Object.create(null), () => 1, Symbol.iterator]) {
      expect(verifyGroth16(bad, signals, proof).ok).toBe(false);
      expect(verifyGroth16(vkey, bad, proof).ok).toBe(false);
      expect(verifyGroth16(vkey, signals, bad).ok).toBe(false);
    }
  });
});

describe("prepareKey", () => {
  const unsafe = (key: unknown) => expect(prepareKey(key)).toMatchObject({ ok: false, code: "VKEY_UNSAFE" });

  it("refuses keys under which anyone can forge", () => {
    unsafe({ ...vkey, vk_delta_2: vkey.vk_gamma_2 });
    unsafe({ ...vkey, vk_delta_2: g2(times2(-31_337n)) });
    unsafe({ ...vkey, vk_delta_2: g2(times2(1n)) });
    unsafe({ ...vkey, vk_beta_2: g2(times2(1n)) });
    unsafe({ ...vkey, vk_alpha_1: g1(times1(1n)) });
  });

  it("refuses IC points at infinity or repeated up to sign", () => {
    const [a, b, c] = vkey.IC;
    unsafe({ ...vkey, IC: [a, b, INFINITY_1] });
    unsafe({ ...vkey, IC: [a, b, b] });
    unsafe({ ...vkey, IC: [a, b, [b?.[0], `${P - BigInt(b?.[1] ?? 0)}`, "1"]] });
    expect(prepareKey({ ...vkey, IC: [a, b, c] }).ok).toBe(true);
  });

  it("accepts gamma at the generator, as snarkjs' ceremony fixes it", () => {
    expect(prepareKey(simulatedKey({ gamma: 1n })).ok).toBe(true);
  });

  it("refuses G2 points outside the subgroup and a wrong e(alpha, beta)", () => {
    for (const field of ["vk_beta_2", "vk_gamma_2", "vk_delta_2"])
      expect(prepareKey({ ...vkey, [field]: g2(outsideSubgroup()) })).toMatchObject({ ok: false, code: "VKEY_MALFORMED" });
    const one = [[["1", "0"], ["0", "0"], ["0", "0"]], [["0", "0"], ["0", "0"], ["0", "0"]]]; // biome-ignore format: one line
    expect(prepareKey({ ...vkey, vk_alphabeta_12: one })).toMatchObject({ ok: false, code: "VKEY_MALFORMED" });
  });
});
