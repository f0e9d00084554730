// GT as the torus T2: an element of norm one is b / conj(b) for some b = (a + b w) in Fp12, unique up to a factor in Fp6 (Hilbert 90). In that form an
// element as it is sent, G + w, costs two products in Fp6 to multiply by instead of three, and is never inverted (Rubin and Silverberg, "Torus-based
// cryptography", 2003).
import { bn254 } from "@noble/curves/bn254.js";
import type { Pair } from "./encoding.js";
import { GAMMA } from "./endomorphism.js";
import { add, type Fp6, isZero, multiply, multiplyAdd, negate, ONE, timesV, ZERO } from "./fp6.js";
import type { PowerGroup } from "./power-product.js";

const { Fp2, Fp6: NobleFp6 } = bn254.fields;
type Fp12 = ReturnType<typeof bn254.pairing>;
type NobleFp6 = Fp12["c0"];

/** (a + b w) / (a - b w), a and b not both zero. */
export interface Torus {
  readonly a: Fp6;
  readonly b: Fp6;
}

export const IDENTITY: Torus = { a: ONE, b: ZERO };

const V = timesV(ONE);
const THREE_XI: Pair = { c0: 27n, c1: 3n };

/** The element whose encoding is (c1, c2), with 3 c0 c1 = 1 + 3 xi c2^2. ASSUMES: c1 is not zero. */
export function fromCoordinates(c1: Pair, c2: Pair): Torus {
  const numerator = Fp2.add(Fp2.ONE, Fp2.mul(THREE_XI, Fp2.sqr(c2)));
  const c0 = Fp2.mul(numerator, Fp2.inv(Fp2.mul(c1, 3n)));
  return { a: [c0.c0, c0.c1, c1.c0, c1.c1, c2.c0, c2.c1], b: ONE };
}

const fromNoble = ({ c0, c1, c2 }: NobleFp6): Fp6 => [c0.c0, c0.c1, c1.c0, c1.c1, c2.c0, c2.c1];
const toNoble = ([x0, x1, x2, x3, x4, x5]: Fp6): NobleFp6 => NobleFp6.fromBigSix([x0, x1, x2, x3, x4, x5]);

/** An element x of norm one: (1 + x) / conj(1 + x) = (1 + x) / (1 + 1/x) = x, and minus one is w / -w. */
export function fromUnitary(x: Fp12): Torus {
  const a = add(ONE, fromNoble(x.c0));
  const b = fromNoble(x.c1);
  return isZero(a) && isZero(b) ? { a: ZERO, b: ONE } : { a, b };
}

/** Both quotients are the same when the cross products are. */
export function areEqual(x: Torus, y: Torus): boolean {
  return isZero(add(multiply(x.a, y.b), negate(multiply(y.a, x.b))));
}

/** G with (G + w) / (G - w) = x, or undefined for one, which has no such form. */
export function toAffine({ a, b }: Torus): Fp6 | undefined {
  if (b === ONE) return a;
  if (isZero(b)) return undefined;
  return multiply(a, fromNoble(NobleFp6.inv(toNoble(b))));
}

/** (a + b w)(g + w). */
function timesElement({ a, b }: Torus, g: Fp6): Torus {
  if (b === ONE) return { a: multiplyAdd(a, g, V), b: add(a, g) };
  return { a: multiplyAdd(a, g, timesV(b)), b: multiplyAdd(b, g, a) };
}

function multiplyTorus(x: Torus, y: Torus): Torus {
  const low = multiply(x.a, y.a);
  const high = multiply(x.b, y.b);
  const cross = multiply(add(x.a, x.b), add(y.a, y.b));
  return { a: add(low, timesV(high)), b: add(cross, negate(add(low, high))) };
}

/** a^2 + b^2 v = (a + b)(a + b v) - a b - a b v. */
function square({ a, b }: Torus): Torus {
  const product = multiply(a, b);
  const sum = multiply(add(a, b), add(a, timesV(b)));
  return { a: add(sum, negate(add(product, timesV(product)))), b: add(product, product) };
}

/**
 * w^(p^j) = gamma_j w and v^(p^j) = gamma_j^2 v, gamma_j = xi^((p^j - 1) / 6), for j = 1, 2, 3: 1/gamma_j, gamma_j and gamma_j^3. gamma_2 is the norm
 * of gamma_1, in Fp, and so gamma_3 = gamma_2 gamma_1.
 */
function frobeniusFactors(): readonly (readonly Pair[])[] {
  const two = Fp2.mul(GAMMA, Fp2.frobeniusMap(GAMMA, 1));
  return [GAMMA, two, Fp2.mul(GAMMA, two)].map((gamma) => [Fp2.inv(gamma), gamma, Fp2.mul(gamma, Fp2.sqr(gamma))]);
}

const FACTORS = frobeniusFactors();

/** (G + w)^(p^j) = G^(p^j) + gamma_j w, which is G^(p^j) / gamma_j + w up to a factor in Fp2. */
function frobenius(g: Fp6, j: 1 | 2 | 3): Fp6 {
  const [f0 = Fp2.ONE, f1 = Fp2.ONE, f2 = Fp2.ONE] = FACTORS[j - 1] ?? [];
  const power = (c0: bigint, c1: bigint, factor: Pair) => Fp2.mul({ c0, c1: j === 2 ? c1 : -c1 }, factor);
  const [c0, c1, c2] = [power(g[0], g[1], f0), power(g[2], g[3], f1), power(g[4], g[5], f2)];
  return [c0.c0, c0.c1, c1.c0, c1.c1, c2.c0, c2.c1];
}

/** Elements to be raised as G, products as quotients. */
export const TORUS: PowerGroup<Fp6, Torus> = {
  one: IDENTITY,
  conjugate: negate,
  frobenius,
  lift: (a) => ({ a, b: ONE }),
  timesElement,
  multiply: multiplyTorus,
  square,
};
