import { beforeAll, describe, it } from "vitest";
import { type Bench, expectImpossible, expectProven, tinyBench } from "../../../helpers/agreement.js";
import type { Cases } from "./case.js";

/** Ledger and circuit agree on both sides of every case. */
export function describeCases(title: string, cases: Cases): void {
  describe(title, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = await tinyBench();
    });
    for (const [name, { code, place, refused, accepted }] of Object.entries(cases)) {
      it(`${code}: ${name}`, async () => {
        await expectImpossible(bench, ...refused(), code, place);
        if (accepted !== undefined) await expectProven(bench, ...accepted());
      });
    }
  });
}
