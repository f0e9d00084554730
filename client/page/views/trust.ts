// The trust root: the one thing that must come from a source the visitor trusts. Its digest is here to be compared.
import { asZkStateError } from "../../../core/errors.js";
import { trustRootDigest } from "../../../core/publication/trust-root.js";
import { h, put, type View } from "../dom.js";
import { copyButton, hashWithCopy } from "../exact.js";
import { address, count, hex, instant, plural, shortAddress, shortHex } from "../format.js";
import type { Trusted } from "../trust.js";
import { card, details, facts } from "./parts.js";
import { trouble } from "./trouble.js";

const ORIGIN: Readonly<Record<Trusted["origin"], string>> = {
  link: "The link that brought you here named this digest.",
  file: "You gave this page the file.",
  compared: "You compared its digest with one of your own.",
  remembered: "It is the one that this browser met first. A change would be refused.",
  "first use":
    "This browser met it now for the first time and trusts it from here on. That is only as good as this server: compare the digest with one from another source.",
};
const FIRM: readonly Trusted["origin"][] = ["link", "file", "compared"];

function digestGrid(digest: string): HTMLElement {
  const groups = digest.match(/.{8}/g) ?? [];
  return h(
    "p",
    { class: "digest" },
    h("span", { class: "digest-grid", translate: "no" }, ...groups.map((group) => h("span", {}, group))),
    copyButton("digest of the trust root", digest),
  );
}

const shortened = (text: string): string => (text.length > 16 ? `${text.slice(0, 8)}\u2026${text.slice(-6)}` : text);

function contents({ trustRoot }: Trusted): HTMLElement {
  const { ledgerId, batchNumber, root, vkeyDigest, srsDigest, nLevels, chains, keys, createdAt } = trustRoot;
  return facts([
    ["Ledger", hashWithCopy("ledger id", shortened(`${ledgerId}`), `${ledgerId}`)],
    ["Starts at", batchNumber === 0 ? "the genesis" : `batch ${count(batchNumber)}`],
    ["Root there", hashWithCopy("root of the trusted state", shortHex(root), hex(root))],
    ["Verification key", hashWithCopy("digest of the verification key", shortened(vkeyDigest), vkeyDigest)],
    ["Aggregation setup", hashWithCopy("digest of the aggregation setup", shortened(srsDigest), srsDigest)],
    ["Keys", keys],
    ["Accounts at most", `${count(4n ** BigInt(nLevels))} (${plural(nLevels, "level")})`],
    ...chains.filter((chain) => chain !== 0n).map((chain) => [`Contract on chain ${chain >> 160n}`, contractOf(chain)] as const),
    ["Made", instant(createdAt)],
  ]);
}

const contractOf = (chain: bigint): HTMLElement => {
  const word = BigInt.asUintN(160, chain);
  return hashWithCopy("contract", shortAddress(word), address(word));
};

export interface TrustActions {
  /** A digest from elsewhere equals the one in use. */
  readonly compared: () => void;
  /** The visitor brings a trust root of his own. @throws INPUT_MALFORMED */
  readonly given: (text: string) => void;
  /** Whatever comes next is met for the first time. */
  readonly forget: () => void;
}

/** Compares a pasted digest and says so. */
function comparison(current: () => Trusted | undefined, { compared }: TrustActions): HTMLElement {
  const input = h("input", {
    id: "digest",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    placeholder: "64 hex digits from a source you trust",
  });
  const answer = h("p", { class: "answer", role: "status" });
  const compare = () => {
    const trusted = current();
    const text = input.value.toLowerCase().replace(/[^0-9a-f]/g, "");
    if (trusted === undefined || text === "") return put(answer);
    const same = text === trustRootDigest(trusted.trustRoot);
    answer.className = `answer ${same ? "answer-good" : "answer-bad"}`;
    put(answer, same ? "Equal: this is the trust root you expect." : "Different: do not trust what this page shows.");
    if (same) compared();
  };
  const form = h(
    "form",
    { class: "field" },
    h("label", { for: "digest" }, "Compare with a digest"),
    h("span", { class: "row" }, input, h("button", { type: "submit" }, "Compare")),
    answer,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    compare();
  });
  return form;
}

const MAX_FILE = 16_384;

/** A chosen or dropped file, or pasted text. */
function ownFile({ given, forget }: TrustActions): HTMLElement {
  const answer = h("div", { role: "status" });
  const take = (text: string) => {
    put(answer);
    try {
      given(text);
    } catch (e) {
      put(answer, trouble(asZkStateError(e)));
    }
  };
  const file = h("input", { id: "trust-file", type: "file", accept: ".json,application/json" });
  const read = async (chosen: File | undefined) => {
    if (chosen !== undefined) take(await chosen.slice(0, MAX_FILE).text());
  };
  file.addEventListener("change", () => void read(file.files?.[0]));
  const pasted = h("textarea", {
    id: "trust-text",
    rows: 3,
    spellcheck: "false",
    placeholder: '{"format":"zkstate trust root 1", \u2026}',
  });
  const use = h("button", { type: "button" }, "Use it");
  use.addEventListener("click", () => take(pasted.value));
  const again = h("button", { type: "button", class: "quiet" }, "Forget it and use the server\u2019s");
  again.addEventListener("click", forget);
  const zone = h(
    "div",
    { class: "drop" },
    h("div", { class: "field" }, h("label", { for: "trust-file" }, "A trust root file (or drop it here)"), file),
    h("div", { class: "field" }, h("label", { for: "trust-text" }, "or its text"), pasted),
    h("p", { class: "row" }, use, again),
    answer,
  );
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    void read(event.dataTransfer?.files[0]);
  });
  return details("Use a trust root of your own", zone);
}

/** The card; undefined while there is no trust root. */
export function trustView(actions: TrustActions): View<Trusted | undefined> {
  let now: Trusted | undefined;
  const body = h("div", { class: "flow" });
  const element = card(
    {
      id: "trust",
      title: "Trust root",
      intro: "Everything on this page is checked against this one small file, and nothing else is trusted.",
    },
    body,
    comparison(() => now, actions),
    ownFile(actions),
  );
  return {
    element,
    update(trusted) {
      now = trusted;
      if (trusted === undefined) return put(body, h("p", {}, "None is accepted."));
      const origin = h("p", { class: `origin ${FIRM.includes(trusted.origin) ? "origin-firm" : "origin-weak"}` }, ORIGIN[trusted.origin]);
      put(
        body,
        h("h3", {}, "SHA-256 digest"),
        digestGrid(trusted.digest),
        origin,
        details("What it says", contents(trusted), matchMedia("(min-width: 861px)").matches),
      );
    },
  };
}
