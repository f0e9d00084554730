// Every certificate that a client has verified since it started, as paths from the trust root: two states after one batch are evidence of a fork, whichever
// syncs have verified them, and whatever has become of those.
import type { Link } from "./links.js";

interface Step {
  readonly link: Link;
  readonly before: Step | undefined;
}

/** Two paths from the trust root's state to different states after one batch. */
export type Fork = readonly [Link[], Link[]];

/** Links of which more are forgotten, but for the path on which the client stands. */
const MOST = 10_000;

function pathTo(step: Step): Link[] {
  const links: Link[] = [];
  for (let at: Step | undefined = step; at !== undefined; at = at.before) links.push(at.link);
  return links.reverse();
}

export class VerifiedHistory {
  /** By the batch at their end; until there is a fork, each has one state. */
  readonly #steps = new Map<number, Step>();
  readonly #start: number;
  #fork: Fork | undefined;

  /** @param start the trust root's batch */
  constructor(start: number) {
    this.#start = start;
  }

  /** The first that was met. */
  get fork(): Fork | undefined {
    return this.#fork;
  }

  /** Adds a verified link that starts at the trust root's state, or where one ends that was added before. */
  add(link: Link): void {
    const before = this.#steps.get(link.from);
    if (before === undefined && link.from !== this.#start) return; // what it continues is forgotten
    const step = { link, before };
    const known = this.#steps.get(link.to);
    if (known === undefined) this.#steps.set(link.to, step);
    else if (known.link.newRoot !== link.newRoot) this.#fork ??= [pathTo(known), pathTo(step)];
  }

  /** Forgets all but one path when there is too much to remember. */
  trim(path: readonly Link[]): void {
    if (this.#steps.size <= Math.max(MOST, path.length)) return;
    this.#steps.clear();
    for (const link of path) this.add(link);
  }
}
