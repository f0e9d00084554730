// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) to many clients, none of which may cost the others anything.
import { Readable } from "node:stream";
import { ZkStateError } from "../../core/errors.js";
import type { SeenHead } from "./head-watch.js";

export interface StreamLimits {
  /** Streams at a time. */
  readonly most: number;
  /** Streams of one address at a time. */
  readonly mostPerAddress: number;
  /** Time between signs of life, which also find out who has gone. */
  readonly heartbeatMs: number;
  /** Bytes that may wait for a client besides what the system buffers; who has more to read is dropped. */
  readonly mostWaiting: number;
}

export const STREAM_LIMITS: StreamLimits = { most: 1000, mostPerAddress: 50, heartbeatMs: 15_000, mostWaiting: 64 * 1024 };

/** Time after which a browser comes back that was cut off. */
const RETRY_MS = 3000;

/** The event that tells of a head. */
const headEvent = ({ id, line }: SeenHead): string => `id: ${id}\nevent: head\ndata: ${line}\n\n`;

export class EventStreams {
  readonly #limits: StreamLimits;
  readonly #open = new Map<Readable, string>();
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
    this.#heartbeat = setInterval(() => this.#write(":\n\n"), limits.heartbeatMs).unref();
  }

  /** Clients that listen. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * A stream for one client, which begins with the head unless the client has that one.
   * @throws OVERLOADED when there are too many
   */
  open(address: string, head: SeenHead | undefined, lastEventId: string | undefined): Readable {
    this.#checkRoom(address);
    const stream = new Readable({ read: () => undefined });
    this.#open.set(stream, address);
    stream.once("close", () => this.#open.delete(stream));
    stream.push(`retry: ${RETRY_MS}\n\n`);
    if (head !== undefined && head.id !== lastEventId) stream.push(headEvent(head));
    return stream;
  }

  tell(head: SeenHead): void {
    this.#write(headEvent(head));
  }

  /** Ends all streams in order. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    for (const stream of this.#open.keys()) stream.push(null);
    this.#open.clear();
  }

  #checkRoom(address: string): void {
    const { most, mostPerAddress } = this.#limits;
    const own = [...this.#open.values()].filter((other) => other === address).length;
    if (!this.#closed && this.count < most && own < mostPerAddress) return;
    const many = own >= mostPerAddress ? "This address has too many event streams." : "There are too many event streams.";
    throw new ZkStateError({ code: "OVERLOADED", message: this.#closed ? "The server is stopping." : many });
  }

  #write(text: string): void {
    for (const stream of this.#open.keys()) {
      if (stream.readableLength > this.#limits.mostWaiting) stream.destroy();
      else stream.push(text);
    }
  }
}
