// Claims and changes as the content of the files of test vectors, each with its verdict.
import type { VerificationKey } from "../../../core/groth16.js";
import { editsOfAll } from "./vector-changes.js";
import type { Named } from "./vector-claims.js";
import { type ChangeFile, type ClaimFile, changed, claimNamed, type StoredClaim, storedSetup } from "./vector-files.js";
import { type Claim, verifyReference } from "./verifier.js";

const ORIGIN = "test/vectors/snarkpack/generate.ts";

/** The name under which a value is in the list, which it joins if it is new. */
function nameIn<T>(list: Record<string, T>, value: T, prefix: string): string {
  const found = Object.entries(list).find(([, other]) => JSON.stringify(other) === JSON.stringify(value));
  if (found !== undefined) return found[0];
  const name = `${prefix} ${Object.keys(list).length}`;
  list[name] = value;
  return name;
}

/** A claim as it is stored, but for what is said of it. */
const stored = (name: string, claim: Claim, vkey: string, setup: string): Omit<StoredClaim, "verdict" | "failed"> => ({
  name,
  vkey,
  setup,
  statement: { oldRoot: `${claim.statement.oldRoot}`, newRoot: `${claim.statement.newRoot}`, count: claim.statement.count },
  certificate: Buffer.from(claim.certificate).toString("base64"),
});

export function claimFile(list: readonly Named[]): ClaimFile {
  const vkeys: Record<string, VerificationKey> = {};
  const setups: Record<string, string> = {};
  const claims = list.map(([name, make, verdict]) => {
    const claim = make();
    const [vkey, setup] = [nameIn(vkeys, claim.vkey, "key"), nameIn(setups, storedSetup(claim.srs), "setup")];
    const said = verdict === undefined ? verifyReference(claim) : { verdict, failed: [] };
    return { ...stored(name, claim, vkey, setup), ...said };
  });
  return { origin: ORIGIN, vkeys, setups, claims };
}

/** What is done to the valid certificates. */
export const edits = (valid: ClaimFile) =>
  editsOfAll({ one: claimNamed(valid, "1 proof").certificate, two: claimNamed(valid, "2 proofs").certificate });

export function changeFile(valid: ClaimFile): ChangeFile {
  const changes = edits(valid).map((edit) => {
    const claim = changed(claimNamed(valid, edit.of), { ...edit, verdict: "" });
    return { ...edit, verdict: verifyReference(claim).verdict };
  });
  return { origin: ORIGIN, changes };
}
