// Steps of curves and Miller loops, put together from the field's functions, so that one call from JavaScript does the work of ten.
//
// Points are affine. The tangent or chord at T with slope l is y - y_T = l (x - x_T); a "line" in memory is l, then m = l x_T - y_T. On the twist the
// line at P = (x, y) in G1, divided by y, is 1 + (l (-x / y)) w + (m / y) w^3 (Costello, Lange and Naehrig, eprint 2009/615, section 5): so a point of
// G1 is prepared as its "ratios" -x / y and 1 / y.
import type { Code, CodeBuilder, ModuleBuilder } from "ffjavascript";

const FIELD = 32;
const PAIR = 2 * FIELD;
const FP12 = 12 * FIELD;

/** An address: a parameter plus an offset, or a place of the module's own. */
type Place = number | readonly [param: string, offset: number];
type Step = readonly [name: string, ...places: Place[]];

const address = (c: CodeBuilder, place: Place): Code =>
  typeof place === "number" ? c.i32_const(place) : c.i32_add(c.getLocal(place[0]), c.i32_const(place[1]));

function addFunction(module: ModuleBuilder, name: string, params: readonly string[], ...steps: readonly Step[]): void {
  const f = module.addFunction(name);
  for (const param of params) f.addParam(param, "i32");
  const c = f.getCodeBuilder();
  for (const [called, ...places] of steps) f.addCode(c.call(called, ...places.map((place) => address(c, place))));
  module.exportFunction(name);
}

/** Slopes of tangents and chords from the inverse of their denominator, and the step along a line, for a curve over `field`. */
function addPointSteps(module: ModuleBuilder, group: string, field: string, size: number): void {
  const [temporary, square] = [module.alloc(size), module.alloc(size)];
  const [x, y, slope, shift] = [["t", 0], ["t", size], ["line", 0], ["line", size]] as const; // biome-ignore format: one line
  addFunction(
    module,
    `${group}_tangent`,
    ["t", "inverse", "line"],
    [`${field}_square`, x, square],
    [`${field}_add`, square, square, temporary],
    [`${field}_add`, square, temporary, temporary],
    [`${field}_mul`, temporary, ["inverse", 0], slope],
  );
  addFunction(
    module,
    `${group}_chord`,
    ["t", "other", "inverse", "line"],
    [`${field}_sub`, y, ["other", size], temporary],
    [`${field}_mul`, temporary, ["inverse", 0], slope],
  );
  // T becomes T + other: x' = l^2 - x_T - x_other, y' = m - l x'
  addFunction(
    module,
    `${group}_step`,
    ["t", "other", "line"],
    [`${field}_mul`, slope, x, temporary],
    [`${field}_sub`, temporary, y, shift],
    [`${field}_square`, slope, square],
    [`${field}_sub`, square, ["other", 0], square],
    [`${field}_sub`, square, x, x],
    [`${field}_mul`, slope, x, temporary],
    [`${field}_sub`, shift, temporary, y],
  );
}

/** Where the coefficient of w^k is in an element of Fp12 = Fp6 + Fp6 w, Fp6 in powers of v = w^2. */
const offsetOf = (k: number): number => (k % 2) * (FP12 / 2) + Math.floor(k / 2) * PAIR;
const coefficient = (k: number): Place => ["f", offsetOf(k % 6)];

/** ftm_mulByLine(f, line, ratios): f becomes f (1 + b w + c w^3), with b = l (-x / y) and c = m / y. */
function addLineProduct(module: ModuleBuilder): void {
  const [b, c, xiB, xiC] = [module.alloc(PAIR), module.alloc(PAIR), module.alloc(PAIR), module.alloc(PAIR)] as const;
  const product = module.alloc(FP12);
  // w^6 = xi: what a power beyond the fifth carries over is multiplied by it
  const terms = Array.from({ length: 6 }, (_, k): Step[] => {
    const place = product + offsetOf(k);
    return [
      ["f2m_mulPair", k < 1 ? xiB : b, coefficient(k + 5), k < 3 ? xiC : c, coefficient(k + 3), place],
      ["f2m_add", coefficient(k), place, place],
    ];
  });
  addFunction(
    module,
    "ftm_mulByLine",
    ["f", "line", "ratios"],
    ["f2m_mul1", ["line", 0], ["ratios", 0], b],
    ["f2m_mul1", ["line", PAIR], ["ratios", FIELD], c],
    ["bn128_mulNR6", b, xiB],
    ["bn128_mulNR6", c, xiC],
    ...terms.flat(),
    ["ftm_copy", product, ["f", 0]],
  );
}

/** Adds the steps to a module that is being built. ASSUMES: f2m_mulPair is there. */
export function addSteps(module: ModuleBuilder): void {
  addPointSteps(module, "g1m", "f1m", FIELD);
  addPointSteps(module, "g2m", "f2m", PAIR);
  addLineProduct(module);
}
