// One rule, tried from both sides: the last transition that it allows and the first that it refuses.
import type { RefusalCode } from "../../../../ledger/refusal.js";
import type { Transition } from "../../../../ledger/types.js";
import type { Place } from "../../../helpers/agreement.js";
import type { Venue } from "../../../helpers/ledger-fixtures.js";

export type Act = () => readonly [Venue, Transition];

export interface Case {
  readonly code: RefusalCode;
  readonly place: Place;
  readonly refused: Act;
  /** Absent where another case, or every honest test, is the other side of the rule. */
  readonly accepted?: Act;
}

/** Names read "what is refused" or "what is refused | what is just accepted". */
export type Cases = Readonly<Record<string, Case>>;

/** A case whose both sides lie in one venue. */
export const within = (
  code: RefusalCode,
  place: Place,
  venue: Venue,
  refused: (venue: Venue) => Transition,
  accepted?: (venue: Venue) => Transition,
): Case => ({
  code,
  place,
  refused: () => [venue, refused(venue)],
  ...(accepted === undefined ? {} : { accepted: () => [venue, accepted(venue)] as const }),
});

/** A case whose sides differ by one number of the state or the act. */
export const stepwise = (
  code: RefusalCode,
  place: Place,
  act: (x: bigint) => readonly [Venue, Transition],
  refused: bigint,
  accepted: bigint,
): Case => ({ code, place, refused: () => act(refused), accepted: () => act(accepted) });
