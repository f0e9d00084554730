// Certificates as files, true, false and damaged: every library gives the verdict of the reference, and the files are what their generator makes.
import { beforeAll, describe, expect, it } from "vitest";
import { FALSE, ONE_EQUATION, VALID } from "../../helpers/snarkpack/vector-claims.js";
import {
  type ChangeFile,
  type ClaimFile,
  changed,
  claimNamed,
  loaded,
  readChanges,
  readClaims,
  storedNamed,
} from "../../helpers/snarkpack/vector-files.js";
import { claimFile, edits } from "../../helpers/snarkpack/vector-write.js";
import { allJudges, type Judge, unanimous, verdictsOf } from "../../helpers/snarkpack/verdicts.js";

const valid = readClaims("valid");
const untrue = readClaims("false");
const damaged: ChangeFile = readChanges("changed");

let judges: Readonly<Record<string, Judge>>;
beforeAll(async () => {
  judges = await allJudges();
});

describe.each([
  ["valid", valid],
  ["false", untrue],
])("%s claims get the verdict of the reference from every library", (_, file) => {
  it.each(file.claims.map((claim) => [claim.name, claim] as const))("%s", (_name, claim) => {
    expect(verdictsOf(judges, loaded(file, claim))).toEqual(unanimous(judges, claim.verdict));
  });
});

describe("damaged certificates get the verdict of the reference from every library", () => {
  const fields = [...new Set(damaged.changes.map(({ of, name }) => `${of}, ${name.split(":")[0]}`))];
  it.each(fields)("%s", (field) => {
    for (const change of damaged.changes.filter(({ of, name }) => `${of}, ${name.split(":")[0]}` === field)) {
      const claim = changed(claimNamed(valid, change.of), change);
      expect({ [change.name]: verdictsOf(judges, claim) }).toEqual({ [change.name]: unanimous(judges, change.verdict) });
    }
  });
});

describe("the files", () => {
  const names = (file: ClaimFile) => file.claims.map(({ name }) => name);

  it("hold nothing that is accepted but what is valid", () => {
    expect(new Set(valid.claims.map(({ verdict }) => verdict))).toEqual(new Set(["ACCEPTED"]));
    for (const { name, verdict } of [...untrue.claims, ...damaged.changes]) expect(verdict, name).not.toBe("ACCEPTED");
  });

  it("have for every equation a certificate in which it alone fails", () => {
    for (const [equation] of ONE_EQUATION) {
      expect(storedNamed(untrue, `equation ${equation} alone does not hold`).failed).toEqual([equation]);
    }
  });

  it("list what the generator lists", () => {
    expect(names(valid)).toEqual(VALID.map(([name]) => name));
    expect(names(untrue)).toEqual(FALSE.map(([name]) => name));
    expect(damaged.changes.map(({ verdict: _, ...edit }) => edit)).toEqual(edits(valid));
  });

  it("are made anew with the same bytes", () => {
    const again = (list: typeof VALID, file: ClaimFile, chosen: readonly string[]) => {
      const made = claimFile(list.filter(([name]) => chosen.includes(name)));
      const plain = ({ claims }: ClaimFile) =>
        claims.filter(({ name }) => chosen.includes(name)).map(({ vkey: _, setup: __, ...claim }) => claim);
      expect(plain(made)).toEqual(plain(file));
    };
    again(VALID, valid, ["1 proof", "2 proofs", "3 proofs"]);
    again(FALSE, untrue, ["equation 4 alone does not hold", "V10 no weights"]);
  });
});
