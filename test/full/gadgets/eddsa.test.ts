// EdDSA over Baby Jubjub: accepts what circomlibjs signs, refuses every known forgery in the R1CS.
import { babyjubjub } from "@noble/curves/misc.js";
import { buildEddsa, type Eddsa } from "circomlibjs";
import { poseidon5 } from "poseidon-lite";
import { beforeAll, describe, expect, it } from "vitest";
import {
  bitEdits,
  type Circuit,
  comparesNothing,
  edited,
  expectRefused,
  expectSatisfied,
  expectUnsatisfied,
  forge,
  loadCircuit,
  type Sabotage,
  sabotagedLib,
} from "../../helpers/circuit.js";
import { randomField } from "../../helpers/mutate.js";
import { counts, mod, R, violated } from "../../helpers/r1cs.js";
import { expectCounts, expectRigid } from "./rigid.js";

const { Point } = babyjubjub;
type Point = InstanceType<typeof Point>;
const { Fp } = Point;
const ORDER = Point.Fn.ORDER;
const BASE8 = Point.fromAffine({
  x: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  y: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
});

const INCLUDE = ["eddsa.circom"];
const PLAN = { main: "EdDSAVerify()", include: INCLUDE };
const withSabotage = (...changes: Sabotage[]) => loadCircuit({ ...PLAN, includeDirs: [sabotagedLib(changes)] });

interface Signed {
  readonly Ax: bigint;
  readonly Ay: bigint;
  readonly R8x: bigint;
  readonly R8y: bigint;
  readonly S: bigint;
  readonly M: bigint;
}
const asInput = (signed: Signed): Record<string, bigint> => ({ ...signed });

/** A signature by the equation S = r + 8 h a, with the nonce, the key's scalar and a torsion part of R8 of our choice. */
function signWith(M: bigint, key: bigint, nonce: bigint, torsion: Point = Point.ZERO): Signed {
  const A = BASE8.multiply(key).toAffine();
  const R8 = (nonce === 0n ? Point.ZERO : BASE8.multiply(nonce)).add(torsion).toAffine();
  const h = poseidon5([R8.x, R8.y, A.x, A.y, M]);
  return { Ax: A.x, Ay: A.y, R8x: R8.x, R8y: R8.y, S: (nonce + 8n * h * key) % ORDER, M };
}

/** A point of order 8, and its multiples: the torsion of the curve. */
function torsionGenerator(): Point {
  for (let y = 2n; ; y++) {
    const x2 = Fp.div(Fp.sub(1n, Fp.sqr(y)), Fp.sub(168700n, Fp.mul(168696n, Fp.sqr(y))));
    if (Fp.pow(x2, (R - 1n) / 2n) !== 1n) continue;
    const T = Point.fromAffine({ x: Fp.sqrt(x2), y })
      .multiplyUnsafe(ORDER - 1n)
      .add(Point.fromAffine({ x: Fp.sqrt(x2), y }));
    if (!T.multiplyUnsafe(4n).is0()) return T;
  }
}

describe("EdDSAVerify", () => {
  let circuit: Circuit;
  let eddsa: Eddsa;
  beforeAll(async () => {
    circuit = await loadCircuit(PLAN);
    eddsa = await buildEddsa();
  });

  /** A signature of circomlibjs. */
  function signed(seed: number, M: bigint): Signed {
    const key = new Uint8Array(32).fill(seed);
    const A = eddsa.prv2pub(key);
    const { R8, S } = eddsa.signPoseidon(key, eddsa.F.e(M));
    const [Ax, Ay, R8x, R8y] = [A[0], A[1], R8[0], R8[1]].map((x) => eddsa.F.toObject(x)) as [bigint, bigint, bigint, bigint];
    return { Ax, Ay, R8x, R8y, S, M };
  }

  it("accepts signatures of circomlibjs for 12 keys and edge messages", async () => {
    const random = randomField(11n);
    for (let seed = 1; seed <= 12; seed++) {
      const M = [0n, 1n, R - 1n][seed - 1] ?? random();
      await expectSatisfied(circuit, asInput(signed(seed, M)));
    }
  });

  it("is rigid and costs 3110 + 17 rows; O2 removes only the linear ones", async () => {
    expectRigid(circuit, await circuit.witness(asInput(signed(21, 4n))));
    expectRigid(circuit, await circuit.witness(asInput(signed(22, R - 5n))));
    expectCounts(circuit, 3110, 17);
    expect(counts((await loadCircuit({ ...PLAN, optimization: 2 })).r1cs)).toEqual({ nonLinear: 3110, linear: 0 });
  });

  it("accepts keys and nonces at the edges of the scalars, the identity as R8 included", async () => {
    // nonce 0 gives the key away but satisfies the equation: whoever signs so has signed
    for (const [key, nonce] of [
      [1n, 1n],
      [ORDER - 1n, ORDER - 1n],
      [1n, 0n],
      [2n ** 249n, 2n ** 250n],
    ] as const) {
      await expectSatisfied(circuit, asInput(signWith(77n, key, nonce)));
    }
  });

  it("draws the line for S between order - 1 and order", async () => {
    const one = asInput(signed(1, 1n));
    for (const S of [0n, ORDER - 1n])
      await expectRefused(circuit, { ...one, S }, /^witness generator, code 4: Error in template EdDSAVerify/); // the equation
    await expectRefused(circuit, { ...one, S: ORDER }, /AssertAtMostBits/);
  });

  it("refuses each input of an honest witness changed alone", async () => {
    const w = await circuit.witness(asInput(signed(1, 5n)));
    const random = randomField(12n);
    for (const name of ["Ax", "Ay", "R8x", "R8y", "S", "M"]) {
      const x = w[circuit.symbols.wire(`main.${name}`)] ?? 0n;
      for (const y of [x + 1n, -x, 0n, 1n, random()]) expectUnsatisfied(circuit, w, { [`main.${name}`]: y });
    }
  });

  it("refuses another message, key, nonce point or S with everything recomputed", async () => {
    const one = signed(1, 1n);
    const two = signed(2, 1n);
    for (const change of [
      { M: 2n },
      { Ax: two.Ax, Ay: two.Ay },
      { R8x: two.R8x, R8y: two.R8y },
      { S: two.S },
      { S: one.S + 1n },
      { S: 0n },
      { Ax: mod(-one.Ax) },
      { R8x: mod(-one.R8x) },
    ]) {
      await expectRefused(circuit, { ...asInput(one), ...change }, /EdDSAVerify/);
    }
    // and in the R1CS: the final comparison alone stands against a prover that computes all the rest
    const cheating = await withSabotage({ file: "eddsa.circom", find: "R8.out === [R8x, R8y]; //@satisfies(5)", replace: "" });
    for (const change of [{ M: 2n }, { S: one.S + 1n }, { R8x: two.R8x, R8y: two.R8y }]) {
      expectUnsatisfied(circuit, await forge(circuit, cheating, { ...asInput(one), ...change }), {}, /R8/);
    }
  });

  it("refuses S + order: only the bound of S stands there", async () => {
    const cheating = await withSabotage(...comparesNothing);
    let tried = 0;
    for (let seed = 1; tried < 3; seed++) {
      const one = signed(seed, 9n);
      if (one.S + ORDER >= 2n ** 251n) continue;
      tried++;
      const forged = await forge(circuit, cheating, { ...asInput(one), S: one.S + ORDER });
      expectUnsatisfied(circuit, forged, {}, /sBelow/);
      expectUnsatisfied(circuit, edited(circuit, forged, { "main.sBelow.compare.hint[0]": 12345n }), {}, /sBelow/);
    }
    await expectRefused(circuit, { ...asInput(signed(1, 9n)), S: 2n ** 251n }, /Bits/);
    await expectRefused(circuit, { ...asInput(signed(1, 9n)), S: R - 1n }, /Bits/);
  });

  it("refuses the digits of h + r and h - r for the challenge: only their bounds stand there", async () => {
    // A forger who may use h + k r in place of h has more than one challenge per commitment.
    for (const shift of [R, -R]) {
      const limb = (x: bigint) => mod(x); // negative limbs are field elements; the sums below are not negative
      const total = 11n * ORDER - 2n ** 254n + shift;
      const [low, high] = [total & (2n ** 127n - 1n), total >> 127n];
      const cheating = await withSabotage(
        ...comparesNothing,
        { file: "eddsa.circom", find: "(OFFSET & ((1 << 127) - 1));", replace: `${low};` },
        { file: "eddsa.circom", find: "(OFFSET >> 127) + (low >> 127);", replace: `${limb(high)} + (low >> 127);` },
      );
      let found = false;
      for (let k = 1n; !found; k++) {
        const nonce = 1000n + k;
        const honest = signWith(3n, 12345n, nonce);
        const h = poseidon5([honest.R8x, honest.R8y, honest.Ax, honest.Ay, 3n]);
        const n = h + total;
        if (n < 0n || n >= 2n ** 254n) continue;
        found = true;
        // signed with the wrong integer, which differs mod order
        const S = (((nonce + 8n * (h + shift) * 12345n) % ORDER) + ORDER) % ORDER;
        const forged = await forge(circuit, cheating, { ...asInput(honest), S });
        expect(bitEdits("n", n, 254)).toEqual(
          Object.fromEntries(Array.from({ length: 254 }, (_, i) => [`n[${i}]`, forged[circuit.symbols.wire(`main.challenge.n[${i}]`)]])),
        );
        expectUnsatisfied(circuit, forged, {}, /challenge\.at(Most|Least)/);
      }
    }
  });

  it("refuses a key off the curve", async () => {
    const cheating = await withSabotage(
      {
        file: "baby-jubjub.circom",
        find: "168700 * double[0].xx + double[0].yy === 1 + 168696 * double[0].xx * double[0].yy; //@satisfies(1)",
        replace: "",
      },
      { file: "eddsa.circom", find: "R8.out === [R8x, R8y]; //@satisfies(5)", replace: "" },
    );
    const one = signed(1, 1n);
    for (const point of [
      { Ax: one.Ax, Ay: mod(one.Ay + 1n) },
      { Ax: one.Ay, Ay: one.Ax },
      { Ax: 2n, Ay: 3n },
    ]) {
      const input = { ...asInput(one), ...point };
      await expectRefused(circuit, input, /TimesEight/);
      const bad = expectUnsatisfied(circuit, await forge(circuit, cheating, input));
      expect(bad).toContainEqual(["main.eight.double[0].xx", "main.eight.double[0].yy"]);
    }
  });

  it("refuses keys of order 1, 2, 4 and 8", async () => {
    const T = torsionGenerator();
    const small = Array.from({ length: 8 }, (_, k) => (k === 0 ? Point.ZERO : T.multiplyUnsafe(BigInt(k))));
    expect(new Set(small.map((P) => `${P.toAffine().x}`)).size).toBeGreaterThan(4);
    const one = signed(1, 1n);
    for (const P of small) {
      const { x, y } = P.toAffine();
      // with 8A = identity any R8 = S B8 would do
      const R8 = BASE8.multiply(7n).toAffine();
      await expectRefused(circuit, { ...asInput(one), Ax: x, Ay: y, R8x: R8.x, R8y: R8.y, S: 7n }, /NegativeToMontgomery/);
    }
    // honest keys with a torsion part have 8A of prime order: they are keys like any other
    const A = BASE8.multiply(5n).add(T).toAffine();
    const R8 = BASE8.multiply(9n).toAffine();
    const h = poseidon5([R8.x, R8.y, A.x, A.y, 1n]);
    await expectSatisfied(circuit, { Ax: A.x, Ay: A.y, R8x: R8.x, R8y: R8.y, S: (9n + 8n * h * 5n) % ORDER, M: 1n });
  });

  it("has no coordinates for the identity as 8A, whatever the hints", async () => {
    const part = await loadCircuit({ main: "NegativeToMontgomery()", include: INCLUDE });
    const { x, y } = BASE8.toAffine();
    const w = await expectSatisfied(part, { p: [x, y] });
    const random = randomField(13n);
    for (let i = 0; i < 20; i++) {
      expectUnsatisfied(part, w, { "main.p[0]": 0n, "main.p[1]": 1n, "main.out[0]": random(), "main.out[1]": random() });
    }
  });

  it("refuses R8 with a torsion part and R8 off the curve", async () => {
    const T = torsionGenerator();
    for (let k = 1n; k < 8n; k++) {
      await expectRefused(circuit, asInput(signWith(1n, 12345n, 678n, T.multiplyUnsafe(k))), /EdDSAVerify/);
      await expectRefused(circuit, asInput(signWith(1n, 12345n, 0n, T.multiplyUnsafe(k))), /EdDSAVerify/);
    }
    await expectRefused(circuit, { ...asInput(signed(1, 1n)), R8x: 1n, R8y: 1n }, /EdDSAVerify/);
  });

  it("refuses a challenge digit or digit of S that is not boolean", async () => {
    const w = await circuit.witness(asInput(signed(1, 1n)));
    const at = (name: string) => w[circuit.symbols.wire(name)] ?? 0n;
    for (const bits of ["main.challenge.n", "main.sB8.s"]) {
      const edits = { [`${bits}[3]`]: at(`${bits}[3]`) + 2n, [`${bits}[4]`]: at(`${bits}[4]`) - 1n }; // the sum is the same
      expect(violated(circuit.r1cs, edited(circuit, w, edits)).length).toBeGreaterThan(0);
    }
  });
});

describe("Baby Jubjub templates", () => {
  const random = randomField(14n);
  const scalar = () => (random() % (ORDER - 1n)) + 1n;
  const pair = (P: Point): [bigint, bigint] => [P.toAffine().x, P.toAffine().y];
  const expected = (P: Point) => ({ "main.out[0]": pair(P)[0], "main.out[1]": pair(P)[1] });
  const toMontgomery = ([x, y]: [bigint, bigint]): [bigint, bigint] => {
    const u = Fp.div(1n + y, Fp.sub(1n, y));
    return [u, Fp.div(u, x)];
  };
  const load = (main: string) => loadCircuit({ main, include: ["baby-jubjub.circom"] });

  it("EdwardsAdd is complete: doubles, inverses, the identity and torsion", async () => {
    const circuit = await load("EdwardsAdd()");
    const T = torsionGenerator();
    const P = BASE8.multiply(scalar());
    const Q = BASE8.multiply(scalar());
    for (const [a, b] of [
      [P, Q],
      [P, P],
      [P, P.negate()],
      [P, Point.ZERO],
      [Point.ZERO, Point.ZERO],
      [T, T],
      [T, T.negate()],
      [P, T],
      [T.multiplyUnsafe(4n), T.multiplyUnsafe(4n)],
    ] as const) {
      expectRigid(circuit, await expectSatisfied(circuit, { p: pair(a), q: pair(b) }, expected(a.add(b))));
    }
    expectCounts(circuit, 6, 0);
  });

  it("EdwardsStepNegative doubles and subtracts or adds", async () => {
    const circuit = await load("EdwardsStepNegative()");
    const P = BASE8.multiply(scalar());
    for (const acc of [BASE8.multiply(scalar()), P, P.negate(), Point.ZERO]) {
      await expectSatisfied(circuit, { acc: pair(acc), p: pair(P), bit: 1 }, expected(acc.double().subtract(P)));
      await expectSatisfied(circuit, { acc: pair(acc), p: pair(P), bit: 0 }, expected(acc.double().add(P)));
    }
    expectCounts(circuit, 12, 0);
  });

  it("TimesEight kills torsion and refuses points off the curve", async () => {
    const circuit = await load("TimesEight()");
    const T = torsionGenerator();
    for (const P of [
      BASE8.multiply(scalar()),
      BASE8.multiply(scalar()).add(T),
      T,
      T.multiplyUnsafe(2n),
      T.multiplyUnsafe(4n),
      Point.ZERO,
    ]) {
      expectRigid(circuit, await expectSatisfied(circuit, { p: pair(P) }, expected(P.multiplyUnsafe(8n))));
    }
    await expectRefused(circuit, { p: [1, 1] }, /TimesEight/);
    expectCounts(circuit, 16, 0);
  });

  it("MontgomeryTriple and MontgomeryStep agree with noble-curves", async () => {
    const triple = await load("MontgomeryTriple()");
    const step = await load("MontgomeryStep()");
    const montgomery = (P: Point) => {
      const [u, v] = toMontgomery(pair(P));
      return { "main.out[0]": u, "main.out[1]": v };
    };
    for (let i = 0; i < 5; i++) {
      const P = BASE8.multiply(scalar());
      const acc = BASE8.multiply(scalar());
      const p = toMontgomery(pair(P));
      expectRigid(triple, await expectSatisfied(triple, { p }, montgomery(P.multiply(3n))));
      const added = await expectSatisfied(step, { acc: toMontgomery(pair(acc)), p, bit: 1 }, montgomery(acc.double().add(P)));
      expectRigid(step, added);
      await expectSatisfied(step, { acc: toMontgomery(pair(acc)), p, bit: 0 }, montgomery(acc.double().subtract(P)));
    }
    expectCounts(triple, 6, 0);
    expectCounts(step, 6, 0);
  });

  it("MultiplyBase8 agrees with noble-curves at the edges of 251 bits", async () => {
    const circuit = await load("MultiplyBase8()");
    const scalars = [0n, 1n, 2n, 7n, 8n, 2n ** 249n - 1n, 2n ** 249n, 2n ** 250n, ORDER - 1n, ORDER, 2n ** 251n - 1n];
    for (let i = 0; i < 5; i++) scalars.push(scalar());
    for (const S of scalars) {
      const s = Array.from({ length: 251 }, (_, i) => (S >> BigInt(i)) & 1n);
      const reduced = S % ORDER;
      const P = reduced === 0n ? Point.ZERO : BASE8.multiply(reduced);
      expectRigid(circuit, await expectSatisfied(circuit, { s }, expected(P)));
    }
    expectCounts(circuit, 505, 0);
  });
});
