// A batch file tried on a state: cut into batches of the profile, every rule applied, nothing kept yet.
import { ZkStateError } from "../../core/errors.js";
import { cutIntoBatches, type Executed, executeBatch } from "../../ledger/batch.js";
import { REFUSALS, type Refusal } from "../../ledger/refusal.js";
import type { Batch, Profile } from "../../ledger/types.js";
import type { StateReader } from "../../ledger/world.js";
import type { BatchFile, Section } from "../batch-file.js";
import { overlay } from "./overlay.js";

/** An item that was left out, by its index in the file. */
export interface SkippedItem extends Refusal {
  readonly index: number;
  readonly kind: string;
}

export interface Plan {
  readonly executed: readonly Executed[];
  readonly skipped: readonly SkippedItem[];
}

/** A batch with room for all of a section: used to find out which items the rules accept. */
const roomy = (profile: Profile, { transitions }: Section): Profile => ({
  ...profile,
  nTx: transitions.length,
  nAccounts: 2 * transitions.length,
});

const itemKind = (section: Section, index: number | undefined): string =>
  index === undefined ? "report" : (section.transitions[index]?.kind ?? "item");

function refusal(section: Section, index: number | undefined, { code, expected, got }: Refusal): ZkStateError {
  const place = index === undefined ? section.reportIndex : (section.indices[index] ?? index);
  const kind = itemKind(section, index);
  return new ZkStateError({
    code: index === undefined ? "REPORT_REFUSED" : "TRANSITION_REFUSED",
    message: `The rules refuse item ${place} (${kind}): ${code}.`,
    expected,
    got,
    next: "nothing was executed; correct the item, or leave out what is refused with --skip-invalid",
    details: { index: place, kind, refusal: code, rule: REFUSALS[code] },
  });
}

/** What the rules accept of a section, and what they do not. The report's refusal takes its whole section with it. */
function sift(
  state: StateReader,
  section: Section,
  profile: Profile,
): { readonly section: Section | undefined; readonly skipped: SkippedItem[] } {
  const tried = tryBatch(state, section, roomy(profile, section));
  if (!tried.ok) {
    const all = section.transitions.map((t, i) => ({ ...tried.refusal, index: section.indices[i] ?? 0, kind: t.kind }));
    return { section: undefined, skipped: [{ ...tried.refusal, index: section.reportIndex, kind: "report" }, ...all] };
  }
  const out = new Map(tried.refusals.map(({ index, refusal: why }) => [index, why]));
  const kept = section.transitions.map((_, i) => i).filter((i) => !out.has(i));
  const skipped = [...out].map(([i, why]) => ({ ...why, index: section.indices[i] ?? i, kind: itemKind(section, i) }));
  const pick = <T>(from: readonly T[]): T[] => kept.map((i) => from[i] as T);
  return { section: { ...section, transitions: pick(section.transitions), indices: pick(section.indices) }, skipped };
}

const tryBatch = (state: StateReader, { report, transitions }: Section, profile: Profile) =>
  executeBatch(state, { report, transitions }, profile, { onRefusal: "skip" });

/**
 * Executes a file over a state, in memory.
 * @throws TRANSITION_REFUSED, REPORT_REFUSED with the item's index unless invalid items are skipped; CONFIG_INVALID for another tree.
 */
export function planFile(start: StateReader, file: Pick<BatchFile, "sections">, profile: Profile, skipInvalid: boolean): Plan {
  const executed: Executed[] = [];
  const skipped: SkippedItem[] = [];
  let state = start;
  for (const given of file.sections) {
    const sifted = skipInvalid ? sift(state, given, profile) : { section: given, skipped: [] };
    skipped.push(...sifted.skipped);
    if (sifted.section === undefined) continue;
    for (const done of executeSection(state, sifted.section, profile)) {
      executed.push(done);
      state = overlay(state, done);
    }
  }
  return { executed, skipped };
}

function executeSection(start: StateReader, section: Section, profile: Profile): Executed[] {
  const done: Executed[] = [];
  let state = start;
  let from = 0;
  for (const batch of cutIntoBatches(section.report, section.transitions, profile)) {
    const executed = executeBatch(state, batch, profile);
    if (!executed.ok) throw refusal(section, executed.index === undefined ? undefined : from + executed.index, executed.refusal);
    done.push(executed);
    from += batch.transitions.length;
    state = overlay(state, executed);
  }
  return done;
}

/** Batches executed again over the state that they were cut for. @throws STORE_CORRUPT when the rules refuse them now */
export function replay(start: StateReader, batches: readonly Batch[], profile: Profile): Executed[] {
  let state = start;
  return batches.map((batch) => {
    const executed = executeBatch(state, batch, profile);
    if (!executed.ok) throw new ZkStateError({ code: "STORE_CORRUPT", message: `A stored batch is refused: ${executed.refusal.code}.` });
    state = overlay(state, executed);
    return executed;
  });
}
