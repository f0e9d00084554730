// What the prover reports while it works. The prover never prints; whoever calls it does.

export type StageName = "compile" | "setup" | "witness" | "prove" | "verify" | "aggregate";

export interface StageEvent {
  readonly stage: StageName;
  readonly status: "start" | "progress" | "done";
  /** Share of the stage done, 0 to 1, when known. */
  readonly fraction?: number;
  /** One line for people, such as "damaged cache entry rebuilt". */
  readonly note?: string;
}

export type OnStage = (event: StageEvent) => void;

/**
 * Run one stage between its "start" and "done" events, and time it.
 * @returns the result and the wall-clock milliseconds
 */
export async function timedStage<T>(
  stage: StageName,
  onStage: OnStage | undefined,
  run: () => Promise<T>,
): Promise<{ value: T; ms: number }> {
  onStage?.({ stage, status: "start" });
  const t0 = performance.now();
  const value = await run();
  onStage?.({ stage, status: "done", fraction: 1 });
  return { value, ms: performance.now() - t0 };
}
