// Freedoms that a prover has in the batch circuit and that change nothing: by the name of the wire, with the reason.
//
// These are the freedoms of one wire. Beyond them a prover may choose, with the wires that follow from it: which reason allows the whole account
// where both do (dust), which branch of the pass rule it takes where several hold, a margin bound above the worst loss, a loss below it to count, and
// the accrual of an opening that is not used. Tests of the templates try all of those.

export interface Benign {
  readonly wire: RegExp;
  readonly because: string;
}

/** Hints on which nothing else depends at the witness at hand. A public signal is never among them: they are inputs. */
export const BENIGN: readonly Benign[] = [
  { wire: /^main\.idle\[\d+\]\.inverse$/, because: "IsZero of 0: an opening that no slot uses; its output is 1 for every inverse" },
  { wire: /\.custody\.noRefund\.inverse$/, because: "IsZero of 0: no refund" },
  { wire: /^main\.kinds\[\d+\]\.inverse$/, because: "amount * inverse = hasAmount with amount 0 in a kind that has none" },
  { wire: /\.terms\.inverse$/, because: "lotsMoved * inverse = quarter + half with no lots moved and neither quarter nor half" },
  { wire: /\.orders\[\d+\]\.lanes\.inverse$/, because: "IsZero of 0: the order continues its lane, or there is no order" },
  {
    wire: /\.terms\.(byRate|offerIsLess|byTopUp|affordable)$/,
    because: "which of two equal terms is the smaller one; both are 0 but in a liquidation",
  },
  { wire: /\.market\.grandfathered$/, because: "the larger of two equal bounds; both are 0 without a traded column" },
  {
    wire: /\.was\[\d+\]\.lower\.pick\[\d+\]\[\d+\]$/,
    because: "a loss of 0 counted or not: nothing held in that underlying, or a move that does not count",
  },
  {
    wire: /\.(signature|signedBy)\[\d+\]\.(verify\.)?(sBelow\.compare|challenge\.(atMost|atLeast))\.hint\[\d+\]$/,
    because: "CompareBits: the number agrees with the bound so far",
  },
];

/** Input signals that no constraint with an effect reads in some kinds. */
export const IGNORED: readonly Benign[] = [
  {
    wire: /^main\.(R8|S)\[\d+\]\[\d+\]/,
    because: "signature words of a side that signs nothing: the verifier checks the idle signature instead",
  },
];
