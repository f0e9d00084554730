// Where the trust root comes from, and when it is refused: a digest in the link, a file of the visitor's own, else the server's on first use, with the
// digest kept in this browser so that a change is noticed.
import { ZkStateError } from "../../core/errors.js";
import { TrustRoot, trustRootDigest } from "../../core/publication/trust-root.js";
import { forget, keep, kept } from "./storage.js";

export interface Trusted {
  readonly trustRoot: TrustRoot;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly origin: "link" | "file" | "compared" | "remembered" | "first use";
}

const digestKey = (api: URL): string => `zkstate:trust:${api.href}`;
const fileKey = (api: URL): string => `zkstate:trust-file:${api.href}`;
const comparedKey = (api: URL): string => `zkstate:trust-compared:${api.href}`;

/** A trust root's text. @throws INPUT_MALFORMED */
export function parseTrustRoot(text: string): TrustRoot {
  try {
    return TrustRoot.parse(JSON.parse(text));
  } catch (cause) {
    const expected = "the JSON of a trust root, as `zkstate` writes it";
    throw new ZkStateError({ code: "INPUT_MALFORMED", message: "This is not a trust root.", expected, cause });
  }
}

function refuse(check: string, message: string, expected: string, got: string): never {
  const next = "find out from a source that you trust which one is right; nothing of this server is shown until then";
  throw new ZkStateError({ code: "KEY_MISMATCH", message, expected, got, next, details: { check } });
}

/** Settles which trust root to use. `fromServer` reads the server's own. @throws KEY_MISMATCH, or as fromServer */
export async function chooseTrust(api: URL, linked: string | undefined, fromServer: () => Promise<string>): Promise<Trusted> {
  const own = kept(fileKey(api));
  const trustRoot = parseTrustRoot(own ?? (await fromServer()));
  const digest = trustRootDigest(trustRoot);
  const known = kept(digestKey(api));
  if (linked !== undefined && linked !== digest) {
    refuse("digest in the link", "The trust root is not the one that the link names.", linked, digest);
  }
  if (known !== undefined && known !== digest) {
    refuse("remembered digest", "The trust root has changed since this browser first met it.", known, digest);
  }
  keep(digestKey(api), digest);
  if (own !== undefined) return { trustRoot, digest, origin: "file" };
  if (linked !== undefined) return { trustRoot, digest, origin: "link" };
  if (kept(comparedKey(api)) === digest) return { trustRoot, digest, origin: "compared" };
  return { trustRoot, digest, origin: known === undefined ? "first use" : "remembered" };
}

/** Remembers that the visitor compared this digest. */
export const rememberCompared = (api: URL, digest: string): void => keep(comparedKey(api), digest);

/** From now on the visitor's own trust root is used. @throws INPUT_MALFORMED */
export function useOwn(api: URL, text: string): void {
  const digest = trustRootDigest(parseTrustRoot(text));
  forgetTrust(api);
  keep(fileKey(api), text);
  keep(digestKey(api), digest);
}

/** Forgets digest and file: the next one is met for the first time. */
export function forgetTrust(api: URL): void {
  for (const key of [digestKey(api), fileKey(api), comparedKey(api)]) forget(key);
}
