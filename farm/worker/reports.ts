// Sends reports until they are taken: a proof that was paid for is not thrown away because Redis is away or full for a while.
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { ProofJob } from "../job.js";
import { PREFIX } from "../names.js";
import { type Report, reportIdOf } from "../report.js";

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** Taken reports are forgotten after an hour; until then they cannot be sent twice. */
const KEEP = { age: 3600, count: 10_000 };

export class ReportSender {
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly connection: Redis,
    private readonly log: Logger,
  ) {}

  /** @param signal gives up @throws the signal's reason */
  async send({ replyTo }: Pick<ProofJob, "replyTo">, report: Report, signal: AbortSignal): Promise<void> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      signal.throwIfAborted();
      try {
        await this.queue(replyTo).add("report", report, { jobId: reportIdOf(report), removeOnComplete: KEEP, removeOnFail: KEEP });
        return;
      } catch (e) {
        this.log.warn({ jobId: report.jobId, err: e }, "a report is not taken yet; trying again");
        await sleep(wait, undefined, { signal });
      }
    }
  }

  private queue(name: string): Queue {
    const known = this.queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(name, { connection: this.connection, prefix: PREFIX });
    queue.on("error", (err) => this.log.debug({ err }, "report queue"));
    this.queues.set(name, queue);
    return queue;
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }
}
