pragma circom 2.2.0;

// Records that travel between the templates. Widths and scales: docs/rules.md section 1. U = 2, K = 8, M = 12.

/// An account's words as a slot sees them. `signs` = sum over columns i = 2..11 of (sizes[i] < 0) * 2^(i-2).
bus Account() {
    signal exists;
    signal owner[2];
    signal exitAddress;
    signal nonce;
    signal cash;
    signal minOrderId;
    signal ordersRoot;
    signal sizes[12];
    signal signs;
}

/// What a batch's price report and the config say about every column.
bus Prices() {
    signal time;
    signal index[2];
    signal collateralPrice[2];
    signal perpMark[2];
    signal optionMark[8];
    signal perpIndex[2];
    /// Risk prices, scale 2^8.
    signal under[2];
    signal ref[12];
    /// phi_i * risk price, for the long and (options) the short side.
    signal tailLong[12];
    signal tailShort[8];
    /// counts[u][s] = 1 iff the moves of step s (8, 16, 32 %) count for underlying u.
    signal counts[2][3];
    /// Option k loses drop[k][j] per lot in scenario j, 0 where j does not count. Signed, scale 2^8.
    signal drop[8][14];
}

/// The part of the risk config that slots need.
bus Limits() {
    signal initialFactor;
    signal discountRate;
    signal discountShare;
    signal bounty;
    signal dustEquity;
    signal openInterestCap[10];
    signal optionExpiry[8];
}

/// One custody chain.
bus Chain() {
    signal custody[3];
    signal depositHead;
    signal withdrawalHead;
    signal depositCount;
    signal withdrawalCount;
}

/// One side's order, signed or all zero.
bus Order() {
    signal orderId;
    signal orderSize;
    signal limitPrice;
    signal maxFee;
    signal expiry;
    signal reduceOnly;
    signal fee;
}

/// One-hot of a slot's kind.
bus Kind() {
    signal noop;
    signal deposit;
    signal withdraw;
    signal transfer;
    signal trade;
    signal liquidate;
    signal cancel;
    signal setKey;
}
