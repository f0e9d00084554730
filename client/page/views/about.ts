// What the page claims and what it does not.
import { h } from "../dom.js";
import { card } from "./parts.js";

const PROVEN = [
  "Every batch from the trusted state to the head kept the rules of the ledger: signatures, margin, liquidations by formula, conservation.",
  "What this page shows with the mark \u201cproven\u201d is part of the state that those proofs reach.",
  "An account that is said not to exist does not exist in that state.",
];
const NOT_PROVEN = [
  "That prices are true. Two of three committee keys signed them.",
  "That nobody was left out, or that the venue shows everybody the same newest state.",
  "That the contracts on the chains hold what the ledger counts: compare them with the chains.",
  "That this page is the one that was reviewed: it came from a server too. A copy that you built yourself, or the command line, does not depend on that.",
  "Anything marked \u201creported\u201d.",
];

const list = (items: readonly string[]) => h("ul", {}, ...items.map((item) => h("li", {}, item)));

/** The card with both lists. */
export const about = (): HTMLElement =>
  card(
    { id: "about", title: "What this page proves" },
    h(
      "div",
      { class: "halves" },
      h("div", {}, h("h3", {}, "Proven"), list(PROVEN)),
      h("div", {}, h("h3", {}, "Not proven"), list(NOT_PROVEN)),
    ),
  );
