// An account by its index: that it exists or does not, with its path; its balances, margin and positions.
import { asZkStateError, type ZkStateError } from "../../../core/errors.js";
import type { VerifiedAccount } from "../../account.js";
import type { AccountMargin } from "../../margin.js";
import type { Column } from "../../markets.js";
import { type Child, h, put } from "../dom.js";
import { exact, hashWithCopy } from "../exact.js";
import { address, count, hex, money, moneyExact, plural, shortAddress, shortHex } from "../format.js";
import type { Instruments } from "../instruments.js";
import { marginHealth } from "./margin.js";
import { merklePath } from "./merkle-path.js";
import { card, details, facts, proven, table } from "./parts.js";
import { trouble } from "./trouble.js";

/** An account, and what of the proven state it takes to read it. */
export interface AccountModel {
  readonly account: VerifiedAccount;
  /** Hashes of accounts, markets, chains and meta, whose hash is the state root. */
  readonly stateWords: readonly bigint[];
  readonly columns: readonly Column[];
}

export interface AccountSource {
  /** @throws ZkStateError when anything about it is not proven */
  lookUp(index: number): Promise<AccountModel>;
}

const moneyOf = (micro: bigint): HTMLElement => exact(money(micro), moneyExact(micro));

function balances({ account, margin }: VerifiedAccount): HTMLElement | undefined {
  if (account === undefined) return undefined;
  const { owner, exitAddress, nonce, minOrderId, lanes } = account;
  const used = lanes.filter((lane) => lane.orderId !== 0n).length;
  const settled: [string, Child][] = margin === undefined ? [] : [["Cash with perpetuals settled", moneyOf(margin.cash)]];
  return facts([
    ["Cash in the leaf", moneyOf(account.cash)],
    ...settled,
    ["Owner's key", hashWithCopy("owner's key", shortHex(owner.ax), `${owner.ax},${owner.ay}`)],
    ["Exit address", hashWithCopy("exit address", shortAddress(exitAddress), address(exitAddress))],
    ["Signed acts so far", count(nonce)],
    ["Orders", `${plural(used, "lane")} used, ids from ${count(minOrderId)} are alive`],
  ]);
}

const POSITION_COLUMNS = [{ title: "Instrument" }, ...["Size", "Price", "Size \u00d7 price"].map((title) => ({ title, numeric: true }))];

function positions({ positions: held }: AccountMargin, columns: readonly Column[], instruments: Instruments): HTMLElement {
  if (held.length === 0) return h("p", {}, "No positions.");
  const rows = held.map(({ column, kind, underlying, size, price, value }) => [
    instruments.name(columns[column] ?? { column, kind, underlying }),
    exact(instruments.coins(column, size), `${size} lots`),
    exact(instruments.price(column, price), `${price} / 2^24 \u00b7 1e-6 quote per lot`),
    exact(money(value), moneyExact(value)),
  ]);
  return table("Positions", POSITION_COLUMNS, rows);
}

function belongings({ account }: AccountModel, columns: readonly Column[], instruments: Instruments): HTMLElement {
  const { margin } = account;
  return h(
    "div",
    {},
    ...(margin === undefined ? [] : [h("h4", {}, "Margin"), marginHealth(margin)]),
    h("h4", {}, "Balances"),
    balances(account),
    margin !== undefined && positions(margin, columns, instruments),
  );
}

function result(model: AccountModel, instruments: Instruments): HTMLElement {
  const { exists, index, batchNumber, leaf } = model.account;
  const words = exists
    ? `It is in the state after batch ${count(batchNumber)}: every hash up to the proven root was made here.`
    : `Its place in the tree is empty in the state after batch ${count(batchNumber)}: every hash up to the proven root was made here.`;
  return h(
    "div",
    { class: "account" },
    h(
      "div",
      { class: "account-head" },
      h("h3", {}, exists ? `Account ${count(index)}` : `Account ${count(index)} does not exist`),
      proven(exists ? "proven" : "proven absent"),
    ),
    h("p", {}, words),
    h(
      "div",
      { class: "halves" },
      exists && belongings(model, model.columns, instruments),
      h(
        "div",
        {},
        h("h4", {}, "Path to the proven root"),
        merklePath(model.account, model.stateWords),
        exists && details("Leaf", h("p", {}, hashWithCopy("leaf", shortHex(leaf), hex(leaf)))),
      ),
    ),
  );
}

export interface AccountView {
  readonly element: HTMLElement;
  /** Accounts below `most` can be asked for; undefined while nothing is proven. */
  enable(most: number | undefined): void;
  /** Looks the shown account up again, after a new head. */
  refresh(): void;
  clear(): void;
}

function accountForm(look: (index: number) => void) {
  const input = h("input", { id: "account", name: "account", type: "number", min: 0, step: 1, inputmode: "numeric", required: true });
  const button = h("button", { type: "submit", disabled: true }, "Look up");
  const form = h(
    "form",
    { class: "field" },
    h("label", { for: "account" }, "Number of the account"),
    h("span", { class: "row" }, input, button),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look(input.valueAsNumber);
  });
  return { form, input, button };
}

/** The form and its answer. */
export function accountView(source: AccountSource, instruments: Instruments): AccountView {
  const status = h("p", { class: "unseen", role: "status" });
  const answer = h("div", { class: "answer-body" });
  let shown: number | undefined;
  let asked = 0;
  const showTrouble = (e: ZkStateError) => {
    shown = undefined;
    put(answer, trouble(e));
    status.textContent = `Refused, ${e.code}: ${e.message}`;
  };
  const show = (model: AccountModel) => {
    const { index, exists, batchNumber } = model.account;
    shown = index;
    put(answer, result(model, instruments));
    status.textContent = `Account ${index} is proven ${exists ? "to exist" : "absent"} after batch ${batchNumber}.`;
  };
  const look = async (index: number): Promise<void> => {
    const mine = ++asked;
    try {
      const model = await source.lookUp(index);
      if (mine === asked) show(model);
    } catch (e) {
      if (mine === asked) showTrouble(asZkStateError(e));
    }
  };
  // What stands there is another account's, or what was said of this one before.
  const ask = (index: number): void => {
    shown = undefined;
    put(answer, h("p", {}, `Opening account ${count(index)} and hashing its path\u2026`));
    status.textContent = "";
    void look(index);
  };
  const { form, input, button } = accountForm(ask);
  const intro = "Any account can be opened: the server sends the leaf and its path, and this browser hashes both up to the proven root.";
  return {
    element: card({ id: "account-card", title: "Look up an account", intro }, form, status, answer),
    enable: (most) => {
      button.disabled = most === undefined;
      input.max = most === undefined ? "" : `${most - 1}`;
    },
    refresh: () => {
      if (shown !== undefined) void look(shown);
    },
    clear: () => {
      asked++;
      shown = undefined;
      put(answer);
      status.textContent = "";
    },
  };
}
