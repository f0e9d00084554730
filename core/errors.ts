// One error class over a closed union of codes. A code is stable: scripts and alerts may match on it.

/** Process exit codes of the command line, one per kind of trouble. */
export const EXIT = { ok: 0, invalid: 1, usage: 2, refused: 3, infrastructure: 4, timeout: 5, mismatch: 6, interrupted: 130 } as const;

/** Every code that a ZkStateError can carry, with the exit code the command line maps it to. */
export const ERROR_CODES = {
  // usage and input files
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  INPUT_MALFORMED: EXIT.usage,
  INPUT_NOT_CANONICAL: EXIT.usage,
  INPUT_NOT_FOUND: EXIT.usage,
  NOT_SYNCED: EXIT.usage,
  // the ledger's rules said no (the refusal's own code is in details)
  TRANSITION_REFUSED: EXIT.refused,
  REPORT_REFUSED: EXIT.refused,
  WITNESS_UNSATISFIED: EXIT.refused,
  BATCH_QUARANTINED: EXIT.refused,
  // verdicts
  PROOF_INVALID: EXIT.invalid,
  PROOF_MALFORMED: EXIT.invalid,
  CHAIN_BROKEN: EXIT.invalid,
  ROOT_MISMATCH: EXIT.invalid,
  CONSERVATION_BROKEN: EXIT.invalid,
  CERTIFICATE_INVALID: EXIT.invalid,
  CERTIFICATE_MALFORMED: EXIT.invalid,
  STATEMENT_MALFORMED: EXIT.invalid,
  // a server answered and a check of the answer failed: details.check names it
  RESPONSE_INVALID: EXIT.invalid,
  RESPONSE_TOO_LARGE: EXIT.invalid,
  // two valid histories of one ledger: details.evidence holds them
  COMPROMISED: EXIT.invalid,
  // infrastructure
  IO_FAILED: EXIT.infrastructure,
  DISK_FULL: EXIT.infrastructure,
  READ_ONLY: EXIT.infrastructure,
  STORE_CORRUPT: EXIT.infrastructure,
  STORE_BUSY: EXIT.infrastructure,
  COMPILE_FAILED: EXIT.infrastructure,
  PROVER_FAILED: EXIT.infrastructure,
  QUEUE_UNAVAILABLE: EXIT.infrastructure,
  QUEUE_FULL: EXIT.infrastructure,
  ARTIFACT_MISSING: EXIT.infrastructure,
  NOBODY_COORDINATING: EXIT.infrastructure,
  NOT_PUBLISHED: EXIT.infrastructure,
  TRANSPORT_FAILED: EXIT.infrastructure,
  HEAD_STALE: EXIT.infrastructure,
  RATE_LIMITED: EXIT.infrastructure,
  OVERLOADED: EXIT.infrastructure,
  LOCK_TIMEOUT: EXIT.timeout,
  TIMEOUT: EXIT.timeout,
  // versions and keys
  ARTIFACT_CORRUPT: EXIT.mismatch,
  KEY_MISMATCH: EXIT.mismatch,
  KEY_UNSAFE: EXIT.mismatch,
  DEVELOPMENT_KEY: EXIT.mismatch,
  VERSION_MISMATCH: EXIT.mismatch,
  JOB_MISMATCH: EXIT.mismatch,
  INTERRUPTED: EXIT.interrupted,
  INTERNAL: EXIT.infrastructure,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorInfo {
  readonly code: ErrorCode;
  /** One sentence: what went wrong. */
  readonly message: string;
  readonly expected?: string;
  readonly got?: string;
  /** The next step for the reader, as a command or an instruction. */
  readonly next?: string;
  /** Machine-readable extras; values must survive JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** True when the same call may succeed later with nothing changed by the caller. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The only error class that leaves zkstate's own code. */
export class ZkStateError extends Error {
  readonly code: ErrorCode;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly next: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(info: ErrorInfo) {
    super(info.message, info.cause === undefined ? undefined : { cause: info.cause });
    this.name = "ZkStateError";
    this.code = info.code;
    this.expected = info.expected;
    this.got = info.got;
    this.next = info.next;
    this.details = info.details ?? {};
    this.retryable = info.retryable ?? ERROR_CODES[info.code] === EXIT.infrastructure;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }

  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      ...(this.expected === undefined ? {} : { expected: this.expected }),
      ...(this.got === undefined ? {} : { got: this.got }),
      ...(this.next === undefined ? {} : { next: this.next }),
      ...this.details,
    };
  }
}

/** Any thrown value as the one error class. */
export function asZkStateError(e: unknown): ZkStateError {
  if (e instanceof ZkStateError) return e;
  const message = e instanceof Error ? e.message : String(e);
  const next = "this is a fault of zkstate itself: please report it with the command and, with ZKSTATE_DEBUG=1, the stack";
  return new ZkStateError({ code: "INTERNAL", message: `Unexpected: ${message}`, next, cause: e });
}
