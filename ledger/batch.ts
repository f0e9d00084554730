// A batch: one report and the transitions under it, from a committed state to the next. docs/rules.md section 9.
import { ZkStateError } from "../core/errors.js";
import { accountsOf, applyTransition } from "./apply.js";
import { batchCommitment, nextHistoryHash, type SlotWords, slotWords } from "./commitment.js";
import { accountLeaves, stateRoot } from "./hashing.js";
import { type Refusal, type Refused, refused } from "./refusal.js";
import { type NodeChange, updateNodes } from "./smt.js";
import type { Account, Batch, Header, PriceReport, Profile, Transition } from "./types.js";
import { type Applied, openWorld, type StateReader, type World } from "./world.js";

export interface ExecuteOptions {
  /** What a refused transition does: "stop" refuses the batch, "skip" drops the transition and reports it. @defaultValue "stop" */
  readonly onRefusal?: "stop" | "skip";
  /** Internal, for the long random runs of the tests. @defaultValue true */
  readonly checkSignatures?: boolean;
}

/** A refused transition and its place in the batch that was given. */
export interface RefusedTransition {
  readonly index: number;
  readonly refusal: Refusal;
}

/** What a batch did. */
export interface Executed {
  readonly ok: true;
  /** The batch without what was skipped: this is what is proven. */
  readonly batch: Batch;
  readonly newHeader: Header;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
  readonly commitment: bigint;
  /** Every account that the batch named, as it is now. */
  readonly changedAccounts: ReadonlyMap<number, Account>;
  /** Nodes of the accounts tree that changed, leaves first. */
  readonly changedNodes: readonly NodeChange[];
  readonly refusals: readonly RefusedTransition[];
  /** The world before slot n, and after the last slot: one more than the transitions. */
  readonly worlds: readonly World[];
}

export interface BatchRefused extends Refused {
  /** The transition that was refused; undefined when it was the report. */
  readonly index: number | undefined;
}

/**
 * Executes a batch over a committed state; the state is only read.
 * @throws CONFIG_INVALID when the profile's tree is not the state's.
 */
export function executeBatch(state: StateReader, batch: Batch, profile: Profile, options: ExecuteOptions = {}): Executed | BatchRefused {
  if (profile.nLevels !== state.tree.nLevels) {
    throw new ZkStateError({
      code: "CONFIG_INVALID",
      message: "The profile is for another accounts tree.",
      expected: `${state.tree.nLevels} levels`,
      got: `${profile.nLevels}`,
    });
  }
  const opened = openWorld(state, batch.report, options.checkSignatures ?? true);
  if (!opened.ok) return { ...opened, index: undefined };
  const run = runSlots(opened.value, batch.transitions, profile, options.onRefusal ?? "stop");
  return run.ok ? close(state, batch.report, profile, run) : run;
}

interface Run {
  readonly ok: true;
  readonly worlds: readonly World[];
  readonly transitions: readonly Transition[];
  readonly refusals: readonly RefusedTransition[];
}

function runSlots(first: World, transitions: readonly Transition[], profile: Profile, onRefusal: "stop" | "skip"): Run | BatchRefused {
  const worlds = [first];
  const done: Transition[] = [];
  const refusals: RefusedTransition[] = [];
  let world = first;
  for (const [index, t] of transitions.entries()) {
    const applied = applyInProfile(world, t, done.length, profile);
    if (applied.ok) {
      world = applied.world;
      worlds.push(world);
      done.push(t);
    } else if (onRefusal === "stop") {
      return { ...applied, index };
    } else {
      refusals.push({ index, refusal: applied.refusal });
    }
  }
  return { ok: true, worlds, transitions: done, refusals };
}

function applyInProfile(world: World, t: Transition, used: number, profile: Profile): Applied {
  if (used >= profile.nTx) return refused("BATCH_FULL", `at most ${profile.nTx} transitions`, used + 1);
  const applied = applyTransition(world, t);
  if (!applied.ok || applied.world.changed.size <= profile.nAccounts) return applied;
  return refused("BATCH_FULL", `at most ${profile.nAccounts} accounts`, applied.world.changed.size);
}

function close(state: StateReader, report: PriceReport, profile: Profile, run: Run): Executed {
  const end = run.worlds[run.worlds.length - 1] as World;
  const { meta, markets } = end.header;
  const batchNumber = meta.batchNumber + 1n;
  const commitment = batchCommitment(markets.priceHash, batchNumber, profile.nTx, allSlotWords(run));
  const hashes = accountLeaves([...end.changed.values()]);
  const leaves = new Map([...end.changed.keys()].map((index, i) => [BigInt(index), hashes[i] ?? 0n]));
  const nodes = updateNodes(state.tree, leaves);
  const newHeader: Header = {
    ...end.header,
    accountsRoot: nodes.findLast((change) => change.level === profile.nLevels)?.value ?? state.tree.root(),
    meta: { ...meta, batchNumber, historyHash: nextHistoryHash(meta.historyHash, commitment) },
  };
  return {
    ok: true,
    batch: { report, transitions: run.transitions },
    newHeader,
    oldRoot: stateRoot(state.header),
    newRoot: stateRoot(newHeader),
    commitment,
    changedAccounts: end.changed,
    changedNodes: nodes,
    refusals: run.refusals,
    worlds: run.worlds,
  };
}

function allSlotWords(run: Run): SlotWords[] {
  return run.transitions.map((t, n) => {
    const after = run.worlds[n + 1] as World;
    const head = t.kind === "deposit" ? (after.header.chains[t.chain]?.depositHead ?? 0n) : 0n;
    return slotWords(after.header.meta.ledgerId, t, head);
  });
}

/** Cuts transitions under one report into batches, in order, where slots or distinct accounts run out. At least one batch. */
export function cutIntoBatches(report: PriceReport, transitions: readonly Transition[], profile: Profile): Batch[] {
  const batches: Batch[] = [];
  let slots: Transition[] = [];
  let accounts = new Set<number>();
  for (const t of transitions) {
    const together = new Set([...accounts, ...accountsOf(t)]);
    if (slots.length === profile.nTx || together.size > profile.nAccounts) {
      batches.push({ report, transitions: slots });
      slots = [];
      accounts = new Set(accountsOf(t));
    } else {
      accounts = together;
    }
    slots.push(t);
  }
  return [...batches, { report, transitions: slots }];
}
