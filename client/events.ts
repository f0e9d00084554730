// Events of a client, typed, in the order in which they happen.
import type { Evidence } from "./evidence.js";
import type { VerifiedHead } from "./state.js";

/** On the way to a newer head. */
export interface Syncing {
  readonly from: number;
  readonly to: number;
  /** Certificates verified, of how many. */
  readonly verified: number;
  readonly total: number;
}

/** The head is older than the client's limit, or the server is behind what was verified already. */
export interface Stale {
  readonly batchNumber: number;
  readonly behindSeconds: number;
  /** The server's head, when that is what is behind. */
  readonly serverBatchNumber?: number;
}

export interface ClientEvents {
  readonly syncing: Syncing;
  readonly advanced: VerifiedHead;
  readonly stale: Stale;
  readonly compromised: Evidence;
}
export type EventName = keyof ClientEvents;
export type Listener<N extends EventName> = (event: ClientEvents[N]) => void;

export interface Events {
  on<N extends EventName>(name: N, listener: Listener<N>): void;
  off<N extends EventName>(name: N, listener: Listener<N>): void;
  emit<N extends EventName>(name: N, event: ClientEvents[N]): void;
}

/** Listeners by name. What a listener throws is thrown on its own, later: it is not the client's fault. */
export function makeEvents(): Events {
  const listeners: { [N in EventName]: Set<Listener<N>> } = {
    syncing: new Set(),
    advanced: new Set(),
    stale: new Set(),
    compromised: new Set(),
  };
  return {
    on: (name, listener) => void listeners[name].add(listener),
    off: (name, listener) => void listeners[name].delete(listener),
    emit: (name, event) => {
      for (const listener of [...listeners[name]]) {
        try {
          listener(event);
        } catch (e) {
          queueMicrotask(() => {
            throw e;
          });
        }
      }
    },
  };
}
