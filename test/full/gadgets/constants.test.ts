// The generated circom files are what the generator writes, and its numbers agree with other implementations.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { babyjubjub } from "@noble/curves/misc.js";
import * as lite from "poseidon-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { generatedFiles, poseidonSparse } from "../../../circuits/generate-constants.js";
import { randomField } from "../../helpers/mutate.js";
import { R } from "../../helpers/r1cs.js";

const LIB = join(import.meta.dirname, "../../../circuits/lib");
const ORDER = babyjubjub.Point.Fn.ORDER;

describe("generated constants", () => {
  let files: Record<string, string>;
  beforeAll(() => {
    files = generatedFiles();
  });

  it.each(["poseidon-constants.circom", "baby-jubjub-constants.circom", "order-lanes-constants.circom"])("%s is up to date", (name) => {
    expect(readFileSync(join(LIB, name), "utf8") === files[name], "run npx tsx circuits/generate-constants.ts").toBe(true);
  });

  it("give poseidon-lite's hashes for 2 to 16 inputs", () => {
    const random = randomField(1n);
    const table = lite as unknown as Record<string, (inputs: bigint[]) => bigint>;
    for (let n = 2; n <= 16; n++) {
      const inputs = Array.from({ length: n }, random);
      expect(poseidonSparse(inputs), `${n} inputs`).toBe(table[`poseidon${n}`]?.(inputs));
    }
  });

  it("rest on a complete curve: 168700 is a square and 168696 is not; the group order is 8 times a prime", () => {
    const legendre = (a: bigint) => babyjubjub.Point.Fp.pow(a, (R - 1n) / 2n);
    expect(legendre(168700n)).toBe(1n);
    expect(legendre(168696n)).toBe(R - 1n);
    expect(ORDER).toBe(2736030358979909402780800718157159386076813972158567259200215660948447373041n);
    // Hasse: the only multiple of ORDER within 2 sqrt(r) of r + 1
    const nearest = ((R + 1n + ORDER / 2n) / ORDER) * ORDER;
    expect(nearest).toBe(8n * ORDER);
    expect((8n * ORDER - R - 1n) ** 2n < 4n * R).toBe(true);
  });

  it("keep the bounds that the argument of EdDSAVerify uses", () => {
    const offset = 11n * ORDER - 2n ** 254n;
    expect(offset > 0n && offset + R <= 2n ** 254n).toBe(true); // bit 254 of h + 11 * order is always 1
    const largest = R - 1n + 11n * ORDER;
    const prefix = (bit: bigint) => 2n * (largest >> (bit + 1n)) + 1n; // accumulator before the step of a bit
    expect(2n * prefix(6n) + 1n < ORDER).toBe(true); // last Montgomery step
    expect(2n * prefix(5n) + 1n < ORDER).toBe(false); // the next one would need the complete formulas
    expect(2n * (largest >> 6n) + 1n < ORDER).toBe(true); // result of the Montgomery steps is not the identity
    expect(8n ** 83n < ORDER).toBe(true); // windows of MultiplyBase8
  });
});
