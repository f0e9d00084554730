// Writes the test vectors beside it, in some minutes: npx tsx test/vectors/snarkpack/generate.ts
// Everything follows from fixed seeds. Verdicts are the reference verifier's, which shares no code with the one that ships; those on keys, setups and
// statements, which the reference takes as they come, are stated in test/helpers/snarkpack/vector-claims.ts.
import { writeFileSync } from "node:fs";
import { FALSE, VALID } from "../../helpers/snarkpack/vector-claims.js";
import { changeFile, claimFile } from "../../helpers/snarkpack/vector-write.js";

const write = (name: string, content: unknown) =>
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(content, null, 1)}\n`);

const valid = claimFile(VALID);
write("valid", valid);
write("false", claimFile(FALSE));
write("changed", changeFile(valid));
