// What passes between a page and the worker that runs its client. Everything survives structured cloning; errors go as plain fields.
import { asZkStateError, type ErrorInfo, ZkStateError } from "../core/errors.js";
import type { TrustRoot } from "../core/publication/trust-root.js";
import type { ClientEvents, EventName } from "./events.js";
import type { Kept } from "./head-store.js";
import type { LightClient } from "./light-client.js";

/** One end of a message channel: a Worker, a worker's own scope, a MessagePort. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** MessagePorts wait for it. */
  start?(): void;
}

/** A client's options in the form in which they can be sent. */
export interface RemoteOptions {
  readonly trustRoot: TrustRoot;
  /** Address of the published files. */
  readonly url: string;
  readonly timeoutMs?: number;
  readonly backend?: "noble" | "mcl";
  readonly stalenessSeconds?: number;
  readonly allowDevelopment?: boolean;
}

/** Methods that a worker answers. */
export type Method = "sync" | "getAccount" | "getMarkets" | "getCustody";
export type Answer<M extends Method> = Awaited<ReturnType<LightClient[M]>>;

export type ToWorker =
  | { readonly kind: "start"; readonly options: RemoteOptions; readonly hasStore: boolean }
  | { readonly kind: "call"; readonly id: number; readonly method: Method; readonly index?: number }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "kept"; readonly id: number; readonly text?: string | undefined; readonly error?: ErrorInfo };

export type ToPage =
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorInfo }
  | { [N in EventName]: { readonly kind: "event"; readonly name: N; readonly event: ClientEvents[N] } }[EventName]
  | { readonly kind: "keep"; readonly id: number; readonly what: Kept; readonly text?: string };

/** An error's fields; what cannot be cloned stays behind. */
export function sendableError(e: unknown): ErrorInfo {
  const { code, message, expected, got, next, details, retryable } = asZkStateError(e);
  return {
    code,
    message,
    retryable,
    details,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(next === undefined ? {} : { next }),
  };
}

export const receivedError = (info: ErrorInfo): ZkStateError => new ZkStateError(info);

/** Both ends speak the same version of this file: they are built together. */
export function listen<T>(port: Port, onMessage: (message: T) => void): void {
  port.addEventListener("message", ({ data }) => onMessage(data as T));
  port.start?.();
}
