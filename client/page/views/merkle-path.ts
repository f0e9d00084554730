// An account's path up the tree, hashed again level by level before the visitor's eyes: docs/rules.md section 2.
import { poseidon } from "../../../core/poseidon.js";
import { defaultNode } from "../../../ledger/smt.js";
import type { VerifiedAccount } from "../../account.js";
import { h, prefersStillness, put } from "../dom.js";
import { exact } from "../exact.js";
import { hex, shortHex } from "../format.js";

const STEP_MS = 90;
const SHOWN_DIGITS = 6;
const STATE_PARTS = ["accounts", "markets", "chains", "meta"] as const;

const digitOf = (index: number, level: number): number => Number((BigInt(index) >> BigInt(2 * level)) & 3n);

function cell(hash: bigint, level: number, onPath: boolean): HTMLElement {
  const empty = hash === defaultNode(level);
  const kind = `cell${onPath ? " cell-path" : ""}${empty ? " cell-empty" : ""}`;
  return h("span", { class: kind, title: hex(hash) }, empty ? "empty" : hex(hash).slice(2, 2 + SHOWN_DIGITS));
}

interface Row {
  readonly element: HTMLElement;
  readonly mark: HTMLElement;
  /** Hashes the four; true when they make what stands on the path in the row above. */
  readonly check: () => boolean;
}

function row(name: string, cells: readonly HTMLElement[], check: () => boolean): Row {
  const mark = h("span", { class: "path-mark" }, "waits");
  const element = h("li", { class: "path-row" }, h("span", { class: "path-name" }, name), h("span", { class: "cells" }, ...cells), mark);
  return { element, mark, check };
}

const levelRows = ({ index, path, leaf, accountsRoot }: VerifiedAccount): Row[] =>
  path.map((quad, level) => {
    const digit = digitOf(index, level);
    const above = path[level + 1]?.[digitOf(index, level + 1)] ?? accountsRoot;
    const cells = quad.map((hash, i) => cell(hash, level, i === digit));
    return row(level === 0 ? "leaves" : `level ${level}`, cells, () => (level > 0 || quad[digit] === leaf) && poseidon(quad) === above);
  });

function stateRow({ root }: VerifiedAccount, words: readonly bigint[]): Row {
  const cells = words.map((word, i) => h("span", { class: i === 0 ? "cell cell-path" : "cell", title: hex(word) }, STATE_PARTS[i]));
  return row("state", cells, () => poseidon(words) === root);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function replay(rows: readonly Row[], verdict: HTMLElement, root: bigint): Promise<void> {
  const wait = prefersStillness() ? 0 : STEP_MS;
  for (const [i, { check, mark, element }] of rows.entries()) {
    await pause(wait);
    if (!element.isConnected) return;
    const good = check();
    element.classList.add(good ? "path-good" : "path-bad");
    put(mark, good ? "\u2713" : "\u2717");
    if (!good) return put(verdict, `The path breaks at step ${i + 1}.`);
  }
  put(verdict, `\u2713 ${rows.length} hashes made again here; the last is the proven root `, exact(shortHex(root), hex(root)), ".");
}

/** The drawing, root on top; it starts checking from the leaves at once. `stateWords` hash to the state root, the accounts first. */
export function merklePath(account: VerifiedAccount, stateWords: readonly bigint[]): HTMLElement {
  const rows = [...levelRows(account), stateRow(account, stateWords)];
  const verdict = h("p", { class: "path-verdict", role: "status" }, "Hashing\u2026");
  const label = "Merkle path, from the state root down to the leaf; four nodes a level, the one on the path marked";
  setTimeout(() => void replay(rows, verdict, account.root));
  return h(
    "div",
    { class: "merkle" },
    h("ol", { class: "path", "aria-label": label }, ...rows.map(({ element }) => element).reverse()),
    verdict,
  );
}
