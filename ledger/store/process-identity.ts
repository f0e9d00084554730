// Which process this is, told so that another process can find out whether it still lives.
import { readFileSync, readlinkSync } from "node:fs";

/** A process, also after its number has been given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot; "" where the system does not tell. */
  readonly started: string;
  /** The machine's boot and the process namespace: numbers mean something only inside it. */
  readonly place: string;
}

export const thisProcess = (): ProcessIdentity => ({ pid: process.pid, started: stat(process.pid).started, place: place() });

/**
 * Whether the process may still run. One of another boot or another namespace (a restarted container) counts as gone:
 * the store's fence keeps it from writing if it is not.
 */
export function isAlive(other: ProcessIdentity): boolean {
  if (other.place !== place() || !exists(other.pid)) return false;
  const { started, state } = stat(other.pid);
  return state !== "Z" && state !== "X" && started === other.started;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const place = (): string =>
  `${attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim())} ${attempt(() => readlinkSync("/proc/self/ns/pid"))}`;

// Fields 3 (state) and 22 (start time) of /proc/<pid>/stat; the name before them may hold spaces and brackets.
function stat(pid: number): { state: string; started: string } {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
