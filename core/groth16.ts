// Strict Groth16 verification over bn254, for Node and browsers alike.
//
// The equation is that of Groth, "On the Size of Pairing-based Non-interactive Arguments", eprint 2016/260, section 3.2:
//   e(A, B) = e(alpha, beta) e(IC(x), gamma) e(C, delta),   IC(x) = IC_0 + sum_i x_i IC_i.
// Points and fields are those of EIP-197; files have snarkjs' JSON shape (G2 coordinates as [c0, c1]; EIP-197 swaps them).
//
// DIFF FROM snarkjs: one file has one reading. Numbers are canonical decimals below their modulus, arrays have exact lengths, z is exactly one
// (so infinity, which an honest prover meets with probability 2^-250, is refused), G2 points are checked for order r, unknown fields are refused.
import { bn254, bn254_Fr } from "@noble/curves/bn254.js";

/** Proof as snarkjs writes it. */
export interface Groth16Proof {
  readonly pi_a: readonly string[];
  readonly pi_b: readonly (readonly string[])[];
  readonly pi_c: readonly string[];
  readonly protocol: "groth16";
  readonly curve: "bn128";
}

/** Verification key as snarkjs writes it. `vk_alphabeta_12` may be left out; when present it must be e(alpha, beta). */
export interface VerificationKey {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly vk_alphabeta_12?: readonly (readonly (readonly string[])[])[];
  readonly IC: readonly (readonly string[])[];
}

export type RefusalCode = "VKEY_MALFORMED" | "VKEY_UNSAFE" | "PROOF_MALFORMED" | "SIGNALS_MALFORMED" | "PROOF_INVALID";
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  /** One sentence naming the field at fault. */
  readonly detail: string;
}
export type Verdict = { readonly ok: true } | Refusal;

const { Fp2, Fp12 } = bn254.fields;
const P = bn254.fields.Fp.ORDER;
const R = bn254_Fr.ORDER;
type G1 = InstanceType<typeof bn254.G1.Point>;
type G2 = InstanceType<typeof bn254.G2.Point>;
type Gt = ReturnType<typeof bn254.pairing>;

/** A checked verification key, ready for any number of proofs. */
export interface PreparedKey {
  readonly ok: true;
  readonly nPublic: number;
  readonly gamma: G2;
  readonly delta: G2;
  readonly ic: readonly G1[];
  readonly alphaBeta: Gt;
}

/** Carries a refusal out of the parsers; never leaves this file. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.refusal = { ok: false, code, detail };
  }
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,77})$/;

function list(value: unknown, length: number, code: RefusalCode, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refused(code, `${name} is not an array`);
  if (value.length !== length) throw new Refused(code, `${name} has ${value.length} entries instead of ${length}`);
  return value;
}

function number(value: unknown, modulus: bigint, code: RefusalCode, name: string): bigint {
  if (typeof value !== "string" || !DECIMAL.test(value)) throw new Refused(code, `${name} is not a canonical decimal string`);
  const n = BigInt(value);
  if (n >= modulus) throw new Refused(code, `${name} is not below its modulus`);
  return n;
}

function record(value: unknown, required: readonly string[], optional: readonly string[], code: RefusalCode, name: string) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refused(code, `${name} is not an object`);
  for (const key of required) if (!Object.hasOwn(value, key)) throw new Refused(code, `${name} lacks ${key}`);
  for (const key of Object.keys(value))
    if (!required.includes(key) && !optional.includes(key)) throw new Refused(code, `${name} has the unknown field ${key}`);
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["protocol"] !== "groth16") throw new Refused(code, `${name}: protocol is not groth16`);
  if (fields["curve"] !== "bn128") throw new Refused(code, `${name}: curve is not bn128`);
  return fields;
}

function parseG1(value: unknown, code: RefusalCode, name: string): G1 {
  const [x, y, z] = list(value, 3, code, name);
  const affine = { x: number(x, P, code, `${name}.x`), y: number(y, P, code, `${name}.y`) };
  if (z !== "1") throw new Refused(code, `${name}: third coordinate is not 1`);
  // (0, 0) is how EIP-196 writes infinity; noble would take it for that.
  if (affine.x === 0n && affine.y === 0n) throw new Refused(code, `${name} is infinity`);
  const point = bn254.G1.Point.fromAffine(affine);
  try {
    point.assertValidity(); // on the curve; the cofactor of G1 is one
  } catch {
    throw new Refused(code, `${name} is not on the curve`);
  }
  return point;
}

function parseFp2(value: unknown, code: RefusalCode, name: string) {
  const [c0, c1] = list(value, 2, code, name);
  return Fp2.fromBigTuple([number(c0, P, code, `${name}.c0`), number(c1, P, code, `${name}.c1`)]);
}

function parseG2(value: unknown, code: RefusalCode, name: string): G2 {
  const [x, y, z] = list(value, 3, code, name);
  const affine = { x: parseFp2(x, code, `${name}.x`), y: parseFp2(y, code, `${name}.y`) };
  const [z0, z1] = list(z, 2, code, `${name}.z`);
  if (z0 !== "1" || z1 !== "0") throw new Refused(code, `${name}: third coordinate is not 1`);
  if (Fp2.is0(affine.x) && Fp2.is0(affine.y)) throw new Refused(code, `${name} is infinity`);
  const point = bn254.G2.Point.fromAffine(affine);
  try {
    point.assertValidity(); // on the twist and of order r
  } catch {
    throw new Refused(code, `${name} is not on the curve or not in the subgroup of order r`);
  }
  return point;
}

function checkAlphaBeta(value: unknown, alphaBeta: Gt): void {
  const code = "VKEY_MALFORMED";
  const name = "vk_alphabeta_12";
  const fp6 = (v: unknown, i: number) => list(v, 3, code, `${name}[${i}]`).map((c, j) => parseFp2(c, code, `${name}[${i}][${j}]`));
  const given = list(value, 2, code, name).flatMap(fp6);
  const { c0, c1 } = alphaBeta;
  const want = [c0.c0, c0.c1, c0.c2, c1.c0, c1.c1, c1.c2];
  if (!want.every((w, i) => given[i] !== undefined && Fp2.eql(w, given[i]))) throw new Refused(code, `${name} is not e(alpha, beta)`);
}

/** Points that let anyone forge: they appear when a setup skipped its second phase or was built by hand. */
function checkSafe(alpha: G1, beta: G2, gamma: G2, delta: G2, ic: readonly G1[]): void {
  const unsafe = (detail: string) => new Refused("VKEY_UNSAFE", detail);
  const same = (a: G2, b: G2) => a.equals(b) || a.equals(b.negate());
  const g2 = bn254.G2.Point.BASE;
  if (same(delta, gamma)) throw unsafe("delta equals gamma up to sign: no second phase was done");
  if (same(delta, g2)) throw unsafe("delta is the generator: no second phase was done");
  if (same(beta, g2)) throw unsafe("beta is the generator");
  if (alpha.x === bn254.G1.Point.BASE.x) throw unsafe("alpha is the generator");
  // gamma may be the generator: every ceremony in snarkjs' style fixes it so (Bowe, Gabizon, Miers, eprint 2017/1050, section 3).
  const seen = new Set<bigint>();
  for (const [i, point] of ic.entries()) {
    const { x } = point.toAffine();
    if (seen.has(x)) throw unsafe(`IC[${i}] repeats an earlier IC point up to sign: two signals are interchangeable`);
    seen.add(x);
  }
}

function parseKey(vkey: unknown): PreparedKey {
  const code = "VKEY_MALFORMED";
  const required = ["protocol", "curve", "nPublic", "vk_alpha_1", "vk_beta_2", "vk_gamma_2", "vk_delta_2", "IC"];
  const f = record(vkey, required, ["vk_alphabeta_12"], code, "vkey");
  const nPublic = f["nPublic"];
  if (typeof nPublic !== "number" || !Number.isSafeInteger(nPublic) || nPublic < 0) throw new Refused(code, "nPublic is not a count");
  const alpha = parseG1(f["vk_alpha_1"], code, "vk_alpha_1");
  const beta = parseG2(f["vk_beta_2"], code, "vk_beta_2");
  const gamma = parseG2(f["vk_gamma_2"], code, "vk_gamma_2");
  const delta = parseG2(f["vk_delta_2"], code, "vk_delta_2");
  const ic = list(f["IC"], nPublic + 1, code, "IC").map((p, i) => {
    if (Array.isArray(p) && p[2] === "0") throw new Refused("VKEY_UNSAFE", `IC[${i}] is infinity: its signal is bound to nothing`);
    return parseG1(p, code, `IC[${i}]`);
  });
  checkSafe(alpha, beta, gamma, delta, ic);
  const alphaBeta = bn254.pairing(alpha, beta);
  if (f["vk_alphabeta_12"] !== undefined) checkAlphaBeta(f["vk_alphabeta_12"], alphaBeta);
  return { ok: true, nPublic, gamma, delta, ic, alphaBeta };
}

function check(key: PreparedKey, publicSignals: unknown, proof: unknown): void {
  const signals = list(publicSignals, key.nPublic, "SIGNALS_MALFORMED", "publicSignals").map((s, i) =>
    number(s, R, "SIGNALS_MALFORMED", `publicSignals[${i}]`),
  );
  const f = record(proof, ["pi_a", "pi_b", "pi_c", "protocol", "curve"], [], "PROOF_MALFORMED", "proof");
  const a = parseG1(f["pi_a"], "PROOF_MALFORMED", "pi_a");
  const b = parseG2(f["pi_b"], "PROOF_MALFORMED", "pi_b");
  const c = parseG1(f["pi_c"], "PROOF_MALFORMED", "pi_c");
  const x = key.ic.reduce((sum, point, i) => {
    const s = i === 0 ? 1n : signals[i - 1];
    return s === undefined || s === 0n ? sum : sum.add(point.multiplyUnsafe(s));
  }, bn254.G1.Point.ZERO);
  // noble refuses infinity in a pairing; e(0, gamma) = 1, so that factor may be left out.
  const pairs = [{ g1: a, g2: b }, ...(x.is0() ? [] : [{ g1: x.negate(), g2: key.gamma }]), { g1: c.negate(), g2: key.delta }];
  if (!Fp12.eql(bn254.pairingBatch(pairs), key.alphaBeta)) throw new Refused("PROOF_INVALID", "the pairing equation does not hold");
}

function verdictOf<T extends { readonly ok: true }>(run: () => T, code: RefusalCode): T | Refusal {
  try {
    return run();
  } catch (e) {
    return e instanceof Refused
      ? e.refusal
      : { ok: false, code, detail: `unreadable input: ${e instanceof Error ? e.message : "unknown"}` };
  }
}

/**
 * Parse and check a verification key once, to verify many proofs against it.
 * @returns the prepared key, or a refusal with VKEY_MALFORMED or VKEY_UNSAFE; never throws.
 */
export function prepareKey(vkey: unknown): PreparedKey | Refusal {
  return verdictOf(() => parseKey(vkey), "VKEY_MALFORMED");
}

/**
 * Verify a proof against a prepared key. Inputs are parsed JSON of any shape.
 * @returns a verdict; never throws.
 * @example const key = prepareKey(vkey); const verdict = key.ok ? verifyPrepared(key, signals, proof) : key;
 */
export function verifyPrepared(key: PreparedKey, publicSignals: unknown, proof: unknown): Verdict {
  return verdictOf(() => {
    check(key, publicSignals, proof);
    return { ok: true } as const;
  }, "PROOF_MALFORMED");
}

/**
 * Verify one proof: the arguments come in snarkjs' order.
 * @returns a verdict; never throws.
 */
export function verifyGroth16(vkey: unknown, publicSignals: unknown, proof: unknown): Verdict {
  const key = prepareKey(vkey);
  return key.ok ? verifyPrepared(key, publicSignals, proof) : key;
}
