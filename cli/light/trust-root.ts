// The trust root on the command line: the one file that must come from a source that the reader trusts.
import { readFileSync } from "node:fs";
import { ZkStateError } from "../../core/errors.js";
import { TrustRoot } from "../../core/publication/trust-root.js";
import { fileError } from "../file-trouble.js";

/** An older trust root names keys and contracts that may have been replaced since, days. */
const OLD_DAYS = 180;
const DAY_SECONDS = 86_400;

/** @throws INPUT_NOT_FOUND, INPUT_MALFORMED */
export function readTrustRoot(path: string): TrustRoot {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (e) {
    throw fileError(e, path, "read");
  }
  try {
    return TrustRoot.parse(JSON.parse(text));
  } catch (cause) {
    const expected = "the JSON of a trust root, every field in its canonical form";
    const next = "get trust-root.json from a source that you trust";
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: `${path} is not a trust root.`, expected, next, cause });
  }
}

/** What speaks against relying on a trust root, as errors for whoever is strict and as remarks for all others. */
export function trustRootConcerns({ createdAt, keys }: TrustRoot, nowSeconds: number): ZkStateError[] {
  const days = Math.floor((nowSeconds - createdAt) / DAY_SECONDS);
  const old = new ZkStateError({
    code: "CONFIG_INVALID",
    message: `The trust root is ${days} days old: its keys and contracts may have been replaced.`,
    expected: `at most ${OLD_DAYS} days`,
    next: "get a newer trust-root.json from a source that you trust",
  });
  const development = new ZkStateError({
    code: "DEVELOPMENT_KEY",
    message: "The trust root is one of development keys: whoever made them can forge proofs.",
    next: "get a trust root with keys of a ceremony",
  });
  return [...(days > OLD_DAYS ? [old] : []), ...(keys === "development" ? [development] : [])];
}
