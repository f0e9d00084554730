// The base field and its quadratic extension in ffjavascript's module, made faster: the bodies of its products and sums are replaced, so that its curves
// and pairings, which call them, gain as well. A product in Fp2 takes half the time.
import type { FunctionBuilder, ModuleBuilder } from "ffjavascript";
import { LimbEmitter } from "./limbs.js";
import type { Terms } from "./words.js";

const FIELD_BYTES = 32;

/** c0 + c1 i. */
type Complex = readonly [Terms, Terms];

/** Empties a function of the module and fills it again; parameters are found by the names given here. */
function replace(module: ModuleBuilder, name: string, params: readonly string[], fill: (e: LimbEmitter) => void): void {
  const index = module.functionIdxByName[name];
  const f = index === undefined ? undefined : module.functions[index];
  if (f === undefined || f.params.length !== params.length)
    throw new Error(`the bn128 module has no ${name} of ${params.length} addresses`);
  f.code = [];
  f.locals = [];
  f.nextLocal = params.length;
  f.localIdxByName = Object.fromEntries(params.map((param, i) => [param, i]));
  fill(new LimbEmitter(f));
}

const loadComplex = (e: LimbEmitter, address: string): Complex => [e.load(address, 0), e.load(address, FIELD_BYTES)];

/** Columns of a b, or of a b + c d, ...: three products each (Karatsuba). */
function complexProducts(e: LimbEmitter, pairs: readonly (readonly [Complex, Complex])[]): Complex {
  const sum = (products: readonly Terms[]): Terms => products.reduce((x, y) => e.add(x, y));
  const low = e.hold(sum(pairs.map(([[a0], [b0]]) => e.product(a0, b0))));
  const high = e.hold(sum(pairs.map(([[, a1], [, b1]]) => e.product(a1, b1))));
  const cross = sum(pairs.map(([[a0, a1], [b0, b1]]) => e.product(e.hold(e.add(a0, a1)), e.hold(e.add(b0, b1)))));
  return [e.subtract(low, high), e.subtract(e.subtract(cross, low), high)];
}

function storeComplex(e: LimbEmitter, [c0, c1]: Complex, address: string): void {
  e.store(c0, address, 0, true);
  e.store(c1, address, FIELD_BYTES, false);
}

function replaceBaseField(module: ModuleBuilder): void {
  replace(module, "f1m_mul", ["x", "y", "r"], (e) => e.store(e.product(e.load("x", 0), e.load("y", 0)), "r", 0, false));
  replace(module, "f1m_square", ["x", "r"], (e) => {
    const x = e.load("x", 0);
    e.store(e.product(x, x), "r", 0, false);
  });
  replace(module, "f1m_add", ["x", "y", "r"], (e) => e.storeSum(e.loadWords("x", 0), e.loadWords("y", 0), "r", 0));
  replace(module, "f1m_sub", ["x", "y", "r"], (e) => e.storeDifference(e.loadWords("x", 0), e.loadWords("y", 0), "r", 0));
}

function replaceExtension(module: ModuleBuilder): void {
  replace(module, "f2m_mul", ["x", "y", "r"], (e) =>
    storeComplex(e, complexProducts(e, [[loadComplex(e, "x"), loadComplex(e, "y")]]), "r"),
  );
  replace(module, "f2m_square", ["x", "r"], (e) => {
    const [a0, a1] = loadComplex(e, "x");
    const difference = e.product(e.hold(e.add(a0, a1)), e.hold(e.subtract(a0, a1)));
    storeComplex(e, [difference, e.product(e.hold(e.add(a0, a0)), a1)], "r");
  });
  // times 9 + i, the cube root of which makes Fp6
  replace(module, "bn128_mulNR6", ["x", "r"], (e) => {
    const [a0, a1] = loadComplex(e, "x");
    e.storeSmall(e.subtract(e.scale(a0, 9n), a1), "r", 0);
    e.storeSmall(e.add(e.scale(a1, 9n), a0), "r", FIELD_BYTES);
  });
}

/** f2m_mulPair(a, b, c, d, r): a b + c d in Fp2, for one reduction. */
function addPairProduct(module: ModuleBuilder): void {
  const name = "f2m_mulPair";
  const f: FunctionBuilder = module.addFunction(name);
  for (const param of ["a", "b", "c", "d", "r"]) f.addParam(param, "i32");
  const e = new LimbEmitter(f);
  const pairs = [
    [loadComplex(e, "a"), loadComplex(e, "b")],
    [loadComplex(e, "c"), loadComplex(e, "d")],
  ] as const;
  storeComplex(e, complexProducts(e, pairs), "r");
  module.exportFunction(name);
}

/** Replaces the field's arithmetic in a module that is being built. */
export function speedUpField(module: ModuleBuilder): void {
  replaceBaseField(module);
  replaceExtension(module);
  addPairProduct(module);
}
