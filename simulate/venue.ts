// A venue run by the real ledger: every transition is submitted to its rules, every batch is executed and audited, and what was accepted is
// kept as the items of a batch file.
import { ZkStateError } from "../core/errors.js";
import { accrued } from "../ledger/accrued.js";
import { accountsOf, applyTransition } from "../ledger/apply.js";
import { executeBatch } from "../ledger/batch.js";
import type { BatchItem, GenesisItem, ReportItem } from "../ledger/codec.js";
import { auditConservation } from "../ledger/conservation.js";
import { genesis } from "../ledger/genesis.js";
import { belowMaintenance, equity, fairEquity, requirement } from "../ledger/margin.js";
import { emptyState, type MemoryState, nextState } from "../ledger/memory-state.js";
import type { Prices } from "../ledger/prices.js";
import type { RefusalCode } from "../ledger/refusal.js";
import type { Account, PriceReport, Profile, Transition } from "../ledger/types.js";
import { accountIn, openWorld, type World } from "../ledger/world.js";

/** Something that the ledger said no to. */
export interface RefusedAttempt {
  readonly batch: number;
  readonly what: string;
  readonly code: RefusalCode;
}

/** A liquidation that the ledger accepted. Amounts in 1e-6 quote. */
export interface Liquidation {
  readonly batch: number;
  readonly victim: number;
  readonly fraction: number;
  readonly topUp: bigint;
}

/** Equity (scale 2^24) and maintenance (scale 2^8 * 1e4) of an account at the batch's prices. */
export interface Standing {
  readonly equity: bigint;
  readonly fairEquity: bigint;
  readonly maintenance: bigint;
  readonly below: boolean;
}

export class Venue {
  readonly items: BatchItem[] = [];
  readonly refused: RefusedAttempt[] = [];
  readonly liquidations: Liquidation[] = [];
  readonly ledgerId: bigint;
  readonly profile: Profile;
  private current: MemoryState;
  private world: World | undefined;
  private report: PriceReport | undefined;
  private taken: Transition[] = [];

  constructor(item: GenesisItem, profile: Profile) {
    this.profile = profile;
    this.ledgerId = item.ledgerId;
    this.current = emptyState(genesis(item), profile.nLevels);
    this.items.push(item);
  }

  /** The committed state. */
  get state(): MemoryState {
    return this.current;
  }

  /** Number of the batch that is open or comes next. */
  get batch(): number {
    return Number(this.current.header.meta.batchNumber) + 1;
  }

  /** What the open batch has accepted. */
  get slots(): readonly Transition[] {
    return this.taken;
  }

  get freeSlots(): number {
    return this.profile.nTx - this.taken.length;
  }

  /** True when the report was accepted and the batch is open; otherwise the refusal is noted under `what`. */
  open(report: PriceReport, what: string): boolean {
    const opened = openWorld(this.current, report);
    if (!opened.ok) {
      this.refused.push({ batch: this.batch, what, code: opened.refusal.code });
      return false;
    }
    this.world = opened.value;
    this.report = report;
    return true;
  }

  /** The account as the open batch has left it; not yet touched by it when no slot named it. */
  account(index: number): Account | undefined {
    return accountIn(this.opened(), index);
  }

  /** Where an account stands after the touch that its next use brings. */
  standing(index: number): Standing | undefined {
    const world = this.opened();
    const account = accountIn(world, index);
    if (account === undefined) return undefined;
    const { prices, header } = world;
    const touched = { ...account, cash: account.cash + accrued(account, prices.perpIndex) };
    const [e, f] = [equity(prices, touched), fairEquity(prices, touched)];
    const { maintenance } = requirement(prices, header.markets.config, account.sizes);
    return { equity: e, fairEquity: f, maintenance, below: belowMaintenance(e, maintenance) };
  }

  /** Prices of the open batch. */
  get prices(): Prices {
    return this.opened().prices;
  }

  /** True while a transition that names these accounts still fits the batch. */
  hasRoom(...accounts: readonly number[]): boolean {
    const named = new Set([...this.opened().changed.keys(), ...accounts]);
    return this.freeSlots > 0 && named.size <= this.profile.nAccounts;
  }

  /** Submits a transition. Accepted ones take a slot; a refusal is noted under `what`. */
  submit(t: Transition, what: string): boolean {
    const world = this.opened();
    if (!this.hasRoom(...accountsOf(t))) return false;
    const applied = applyTransition(world, t);
    if (!applied.ok) {
      this.refused.push({ batch: this.batch, what, code: applied.refusal.code });
      return false;
    }
    if (t.kind === "liquidate") this.noteLiquidation(t.victim, t.fraction);
    this.world = applied.world;
    this.taken.push(t);
    return true;
  }

  /** Submits what the rules must refuse. @throws INTERNAL when they accept it: then the ledger is broken, not the simulation. */
  attempt(t: Transition, what: string): void {
    const applied = applyTransition(this.opened(), t);
    if (applied.ok)
      throw new ZkStateError({ code: "INTERNAL", message: `The ledger accepted ${what}.`, expected: "a refusal", got: t.kind });
    this.refused.push({ batch: this.batch, what, code: applied.refusal.code });
  }

  /** Executes the open batch on the real ledger and audits conservation. @throws CONSERVATION_BROKEN */
  close(): void {
    const { report } = this;
    this.opened();
    if (report === undefined) throw new ZkStateError({ code: "INTERNAL", message: "No batch is open." });
    const executed = executeBatch(this.current, { report, transitions: this.taken }, this.profile);
    if (!executed.ok) throw new ZkStateError({ code: "INTERNAL", message: `The batch was refused: ${executed.refusal.code}.` });
    this.current = nextState(this.current, executed);
    const { ok, imbalances } = auditConservation(this.current.header, this.current.accounts.values());
    const [first] = imbalances;
    if (!ok) {
      const sums = { expected: `${first?.expected}`, got: `${first?.got}` };
      throw new ZkStateError({ code: "CONSERVATION_BROKEN", message: `The sum of ${first?.what} is not conserved.`, ...sums });
    }
    const item: ReportItem = { kind: "report", ...report };
    this.items.push(item, ...this.taken);
    this.taken = [];
    this.world = undefined;
    this.report = undefined;
  }

  private noteLiquidation(victim: number, fraction: number): void {
    const { fairEquity: f } = this.standing(victim) ?? { fairEquity: 0n };
    this.liquidations.push({ batch: this.batch, victim, fraction, topUp: f < 0n ? -((BigInt(fraction) * f) >> 26n) : 0n });
  }

  private opened(): World {
    if (this.world === undefined) throw new ZkStateError({ code: "INTERNAL", message: "No batch is open." });
    return this.world;
  }
}
