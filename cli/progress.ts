// Progress on stderr: one redrawn line on a terminal, plain lines elsewhere, nothing when quiet.
import { Presets, SingleBar } from "cli-progress";
import type { OnStage, StageEvent, StageName } from "../prover/stage.js";
import type { Output } from "./output.js";

export const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

const DOING: Readonly<Record<StageName, string>> = {
  compile: "compiling the circuit",
  setup: "making the keys",
  witness: "computing the witness",
  prove: "proving",
  verify: "verifying",
  aggregate: "aggregating",
};

/** Plain output repeats a long stage's state this often, ms. */
const REPEAT_MS = 15_000;
/** Stages that end sooner are not worth a line of their own. */
const SHORT_MS = 50;

export interface Progress {
  /** What the following stages belong to, such as "batch 2 of 3". */
  label: string;
  readonly onStage: OnStage;
  /** Ends a line that is being redrawn; call it before anything else is written. */
  readonly stop: () => void;
}

interface Line {
  readonly draw: (text: string, fraction: number) => void;
  readonly end: (text: string | undefined) => void;
}

function terminalLine(output: Output): Line {
  const format = (_: unknown, params: { progress: number }, payload: { text?: string }) => {
    const cells = Math.round(params.progress * 24);
    return `${output.paintError("cyan", "█".repeat(cells))}${output.paintError("dim", "░".repeat(24 - cells))} ${payload.text ?? ""}`;
  };
  const bar = new SingleBar(
    { format, clearOnComplete: true, hideCursor: true, stream: process.stderr, noTTYOutput: false },
    Presets.shades_classic,
  );
  let active = false;
  return {
    draw: (text, fraction) => {
      if (!active) bar.start(1, 0, { text });
      active = true;
      bar.update(fraction, { text });
    },
    end: (text) => {
      if (active) bar.stop();
      active = false;
      if (text !== undefined) output.note(text);
    },
  };
}

function plainLine(output: Output): Line {
  let written = performance.now();
  return {
    draw: (text) => {
      const now = performance.now();
      if (now - written < REPEAT_MS) return;
      written = now;
      output.note(text);
    },
    end: (text) => {
      written = performance.now();
      if (text !== undefined) output.note(text);
    },
  };
}

/** Remaining time of a stage: from its own share done, or from how long it took the last time. */
function remaining(elapsed: number, fraction: number | undefined, last: number | undefined): string {
  const total = fraction !== undefined && fraction > 0.02 ? elapsed / fraction : last;
  return total === undefined || total <= elapsed ? "" : `, about ${seconds(total - elapsed)} left`;
}

/** The progress of one command. */
export function makeProgress(output: Output): Progress {
  const line = output.interactive ? terminalLine(output) : plainLine(output);
  const lastMs = new Map<StageName, number>();
  let current: { stage: StageName; start: number; fraction: number | undefined } | undefined;
  const show = () => {
    if (current === undefined || output.quiet) return;
    const elapsed = performance.now() - current.start;
    const last = lastMs.get(current.stage);
    const share = current.fraction ?? (last === undefined ? 0 : Math.min(0.99, elapsed / last));
    const percent = current.fraction === undefined ? "" : ` ${Math.round(100 * current.fraction)} %`;
    line.draw(
      `${progress.label}${DOING[current.stage]}${percent}, ${seconds(elapsed)}${remaining(elapsed, current.fraction, last)}`,
      share,
    );
  };
  const timer = setInterval(show, 200);
  timer.unref();
  const finish = () => {
    if (current === undefined) return;
    const ms = performance.now() - current.start;
    lastMs.set(current.stage, ms);
    line.end(ms < SHORT_MS || output.quiet ? undefined : `${progress.label}${DOING[current.stage]}: ${seconds(ms)}`);
    current = undefined;
  };
  const onStage = ({ stage, status, fraction, note }: StageEvent) => {
    if (status === "start") current = { stage, start: performance.now(), fraction: undefined };
    if (fraction !== undefined && current !== undefined) current.fraction = fraction;
    if (note !== undefined) {
      line.end(undefined);
      output.note(note);
    }
    if (status === "done") finish();
    else show();
  };
  const stop = () => {
    line.end(undefined);
    current = undefined;
    clearInterval(timer);
  };
  const progress: Progress = { label: "", onStage, stop };
  return progress;
}
