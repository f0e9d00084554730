// What the chain picture shows: the certificates of this visit, after what the browser had kept from an earlier one.
import type { Synced } from "../light-client.js";
import type { Link } from "./views/chain.js";

/** The links after a sync. What was kept is one link: the client verified it again before it went on, but does not tell its parts. */
export function linksAfter(
  links: readonly Link[],
  start: number,
  { head, certificates }: Pick<Synced, "head" | "certificates">,
): readonly Link[] {
  const from = certificates[0]?.from ?? head.batchNumber;
  const before = links.filter((link) => link.to <= from);
  const reached = before.at(-1)?.to ?? start;
  const kept: Link[] = reached < from ? [{ from: reached, to: from, kind: "kept" }] : [];
  return [...before, ...kept, ...certificates.map((certificate) => ({ ...certificate, kind: "checked" as const }))];
}
