// The tasks in memory that are still open, over the table that has them all.
import { TASK_STATES, type TaskState } from "../status.js";
import type { FarmTable } from "../table.js";
import { isOpen, type Task } from "../task.js";

/** Ids of closed jobs that are remembered, to recognise what comes late. */
const REMEMBERED = 20_000;

export class TaskBook {
  private readonly open = new Map<number, Task>();
  private readonly byJob = new Map<string, number>();
  private readonly closed = new Set<string>();
  /** As this coordinator knows them; an operator's command may have changed the table since. */
  private readonly states = new Map<number, TaskState>();

  constructor(private readonly table: FarmTable) {
    for (const task of table.all()) {
      this.remember(task);
    }
  }

  /** Also of closed tasks. */
  get(batchNumber: number): Task | undefined {
    return this.open.get(batchNumber) ?? this.table.get(batchNumber);
  }

  /** The task of a job that still takes a proof: an open one, or one in quarantine. */
  ofJob(jobId: string): Task | undefined {
    const batchNumber = this.byJob.get(jobId);
    return batchNumber === undefined ? undefined : this.get(batchNumber);
  }

  /** True for the job of a task that is closed, or that has another job now. */
  isClosed(jobId: string): boolean {
    return this.closed.has(jobId);
  }

  get openCount(): number {
    return this.open.size;
  }

  openTasks(): readonly Task[] {
    return [...this.open.values()].sort((a, b) => a.batchNumber - b.batchNumber);
  }

  counts(): Readonly<Record<TaskState, number>> {
    const counts = Object.fromEntries(TASK_STATES.map((state) => [state, 0])) as Record<TaskState, number>;
    for (const state of this.states.values()) counts[state]++;
    return counts;
  }

  /** On the disk before it counts. @throws IO_FAILED, DISK_FULL */
  put(task: Task): Task {
    const before = this.get(task.batchNumber);
    this.table.put(task);
    if (before !== undefined && before.jobId !== task.jobId) this.forget(before.jobId);
    this.remember(task);
    return task;
  }

  private remember(task: Task): void {
    this.states.set(task.batchNumber, task.state);
    if (isOpen(task)) {
      this.open.set(task.batchNumber, task);
      this.byJob.set(task.jobId, task.batchNumber);
      this.closed.delete(task.jobId);
      return;
    }
    this.open.delete(task.batchNumber);
    this.forget(task.jobId);
    if (task.state === "quarantined") this.byJob.set(task.jobId, task.batchNumber);
  }

  private forget(jobId: string): void {
    this.byJob.delete(jobId);
    this.closed.add(jobId);
    if (this.closed.size <= REMEMBERED) return;
    const [oldest] = this.closed;
    if (oldest !== undefined) this.closed.delete(oldest);
  }
}
