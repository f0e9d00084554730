// The farm when nothing goes wrong.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "./lab/lab.js";

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.make({ batches: 4 });
});
afterAll(() => lab.close());

describe("a farm of two workers", () => {
  it("proves every batch once, and leaves nothing behind", async () => {
    const coordinator = await lab.coordinator();
    await Promise.all([lab.worker("one"), lab.worker("two")]);
    await lab.untilProven();
    await lab.expectChain();
    await lab.expectOnce(coordinator);
    const status = lab.start(["status", "--json"]);
    expect([(await status.ended).code, JSON.parse(status.stdout)]).toMatchObject([0, { head: 4, proven: 4, unproven: 0, provenUpTo: 4 }]);
    await lab.expectNothingLeft();
  });
});
