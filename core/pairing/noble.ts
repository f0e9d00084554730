// The pairing backend on @noble/curves: no WebAssembly, small, audited. Points and Miller loops are noble's; powers in GT are torus.ts.
import { mulAddUnsafe } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import { Malformed, type PairingBackend } from "./backend.js";
import { isOddPair, parseG1, parseG2, parseGt } from "./encoding.js";
import { isInG2, shortTerms } from "./endomorphism.js";
import { powerProduct } from "./power-product.js";
import { areEqual, fromCoordinates, fromUnitary, IDENTITY, TORUS, type Torus, toAffine } from "./torus.js";

const { Fp, Fp2, Fp12 } = bn254.fields;
const G1Point = bn254.G1.Point;
const G2Point = bn254.G2.Point;
type G1 = InstanceType<typeof G1Point>;
type G2 = InstanceType<typeof G2Point>;
type Lines = ReturnType<typeof bn254.utils.calcPairingPrecomputes>;

/** A square root, by noble, which squares it back and throws where there is none: its exponents are fixed, so that it always ends. */
function root<T>(sqrt: () => T, name: string): T {
  try {
    return sqrt();
  } catch {
    throw new Malformed(`the ${name} point is not on the curve`);
  }
}

function decodeG1(bytes: Uint8Array): G1 {
  const parsed = parseG1(bytes);
  if (parsed === undefined) return G1Point.ZERO;
  const { x, odd } = parsed;
  const y = root(() => Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), 3n)), "G1"); // never zero: G1 has odd order
  return new G1Point(x, ((y & 1n) === 1n) === odd ? y : Fp.neg(y), Fp.ONE);
}

const TWIST_B = G2Point.CURVE().b;

function decodeG2(bytes: Uint8Array): G2 {
  const parsed = parseG2(bytes);
  if (parsed === undefined) return G2Point.ZERO;
  const { x, odd } = parsed;
  const y = root(() => Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), TWIST_B)), "G2"); // never zero: the twist has odd order
  const point = new G2Point(x, isOddPair(y) === odd ? y : Fp2.neg(y), Fp2.ONE);
  if (!isInG2(point)) throw new Malformed("the G2 point is not of order r");
  return point;
}

function decodeGt(bytes: Uint8Array): Torus {
  const parsed = parseGt(bytes);
  return parsed === undefined ? IDENTITY : fromCoordinates(parsed.c1, parsed.c2);
}

function combineG1(terms: readonly (readonly [G1, bigint])[]): G1 {
  const short = terms.flatMap(([point, scalar]) => shortTerms(point, scalar));
  return mulAddUnsafe(
    G1Point,
    short.map(([point]) => point),
    short.map(([, scalar]) => scalar),
  );
}

/** Lines of Miller loops by point: keys and setups live long, and their lines are most of the work. */
const knownLines = new WeakMap<G2, Lines>();

function linesOf(point: G2): Lines {
  const known = knownLines.get(point);
  if (known !== undefined) return known;
  const lines = bn254.utils.calcPairingPrecomputes(point);
  knownLines.set(point, lines);
  return lines;
}

function pairingProduct(pairs: readonly (readonly [G1, G2])[]): Torus {
  const loops = pairs
    .filter(([p, q]) => !p.is0() && !q.is0())
    .map(([p, q]): [Lines, bigint, bigint] => {
      const { x, y } = p.toAffine();
      return [linesOf(q), x, y];
    });
  return loops.length === 0 ? IDENTITY : fromUnitary(Fp12.finalExponentiate(bn254.millerLoopBatch(loops)));
}

function powerProductGt(terms: readonly (readonly [Torus, bigint])[]): Torus {
  const powers = terms.flatMap(([element, exponent]) => {
    const affine = toAffine(element);
    return affine === undefined ? [] : [[affine, exponent] as const];
  });
  return powerProduct(TORUS, powers);
}

/** The backend for browsers, and wherever WebAssembly is not wanted. */
export const nobleBackend: PairingBackend<G1, G2, Torus> = {
  name: "noble",
  decodeG1,
  decodeG2,
  decodeGt,
  isZeroG1: (point) => point.is0(),
  combineG1,
  pairingProduct,
  powerProduct: powerProductGt,
  equalGt: areEqual,
};
