// The ceremony's second phase by snarkjs, in a process of its own: it is long, uses every core, and can be killed.
import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { zKey } from "snarkjs";
import type { PtauReply, PtauRequest } from "./ptau.js";

const send = (reply: PtauReply) => process.send?.(reply);
const problems: string[] = [];
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (line: string) => void problems.push(line) };

/** True when the key was made (if asked) and snarkjs accepts it; `problems` tells why not. */
async function run(request: PtauRequest): Promise<boolean> {
  const { r1csPath, ptauPath, zkeyPath } = request;
  if (request.kind === "setup") {
    if ((await zKey.newZKey(r1csPath, ptauPath, zkeyPath, logger)) === -1) return false;
    const next = `${zkeyPath}.next`;
    for (const [i, name] of request.contributions.entries()) {
      await zKey.contribute(zkeyPath, next, name, randomBytes(64).toString("hex"), logger);
      renameSync(next, zkeyPath);
      send({ kind: "progress", fraction: (i + 1) / (request.contributions.length + 2) });
    }
    if (request.beacon !== undefined) {
      await zKey.beacon(zkeyPath, next, "beacon", request.beacon.hex, request.beacon.iterationsExp, logger);
      renameSync(next, zkeyPath);
    }
  }
  return zKey.verifyFromR1cs(r1csPath, ptauPath, zkeyPath, logger);
}

/** snarkjs throws on files it cannot read; a full disk is the machine's fault, anything else the files'. */
function failure(e: unknown): PtauReply {
  const message = e instanceof Error ? e.message : String(e);
  if (/ENOSPC|EDQUOT|EROFS|EACCES|ENOMEM/.test(message)) return { kind: "error", message };
  return { kind: "done", value: { ok: false, detail: [...problems, message].join("; ") } };
}

process.on("disconnect", () => process.exit(1));
process.on("message", (request: PtauRequest) => {
  run(request).then(
    (ok) => send({ kind: "done", value: { ok, detail: ok ? "" : problems.join("; ") || "the key is not valid for this circuit" } }),
    (e: unknown) => send(failure(e)),
  );
});
