pragma circom 2.2.0;
include "buses.circom";
include "lib/poseidon.circom";

// The hashes of docs/rules.md section 2 above the accounts tree.

/// @title ChainHash
template ChainHash() {
    input Chain() chain;
    signal input contract;
    signal output out;
    component custody = Poseidon(3);
    custody.inputs <== chain.custody;
    component whole = Poseidon(5);
    whole.inputs[0] <== contract;
    whole.inputs[1] <== custody.out;
    whole.inputs[2] <== chain.depositHead;
    whole.inputs[3] <== chain.withdrawalHead;
    // both counts rise by at most one a slot from a genesis of zero, so they stay far below 2^64
    whole.inputs[4] <== chain.depositCount + chain.withdrawalCount * (1 << 64);
    out <== whole.out;
}

/// @title ConfigHash
template ConfigHash() {
    input Limits() limits;
    signal input haircut[2];
    signal input shock[2];
    signal input fundingCap[2];
    signal input phi[12];
    signal input laterConfigHash;
    signal output out;
    component liquidation = Poseidon(5);
    liquidation.inputs <== [limits.discountRate, limits.discountShare, limits.bounty, limits.dustEquity, 0];
    component collateral = Poseidon(8);
    for (var u = 0; u < 2; u++) {
        collateral.inputs[u] <== haircut[u];
        collateral.inputs[2 + u] <== shock[u];
        collateral.inputs[4 + u] <== fundingCap[u];
    }
    collateral.inputs[6] <== limits.initialFactor;
    collateral.inputs[7] <== liquidation.out;
    component tails = Poseidon(12);
    tails.inputs <== phi;
    component caps = Poseidon(10);
    caps.inputs <== limits.openInterestCap;
    component expiries = Poseidon(9);
    for (var k = 0; k < 8; k++) { expiries.inputs[k] <== limits.optionExpiry[k]; }
    expiries.inputs[8] <== laterConfigHash;
    component whole = Poseidon(4);
    whole.inputs <== [collateral.out, tails.out, caps.out, expiries.out];
    out <== whole.out;
}

/// @title MarketsHash: of the words that move; config and keys come hashed
template MarketsHash() {
    signal input priceHash;
    signal input fundingIntegral[2];
    signal input squaredReturnIntegral[2];
    signal input variance[2];
    signal input breakerUntil[2];
    signal input interestIndex;
    signal input totalBorrow;
    signal input settlementHash;
    signal input openInterest[10];
    signal input insurance;
    signal input fees;
    signal input perpetualPool;
    signal input configHash;
    signal input keysHash;
    signal output out;
    component indices = Poseidon(11);
    for (var u = 0; u < 2; u++) {
        indices.inputs[u] <== fundingIntegral[u];
        indices.inputs[2 + u] <== squaredReturnIntegral[u];
        indices.inputs[4 + u] <== variance[u];
        indices.inputs[6 + u] <== breakerUntil[u];
    }
    indices.inputs[8] <== interestIndex;
    indices.inputs[9] <== totalBorrow;
    indices.inputs[10] <== settlementHash;
    component interest = Poseidon(10);
    interest.inputs <== openInterest;
    component funds = Poseidon(3);
    funds.inputs <== [insurance, fees, perpetualPool];
    component whole = Poseidon(6);
    whole.inputs <== [priceHash, indices.out, interest.out, funds.out, configHash, keysHash];
    out <== whole.out;
}

/// @title StateRoot
template StateRoot() {
    signal input accountsRoot;
    signal input marketsHash;
    signal input chainHash[2];
    signal input ledgerId;
    signal input batchNumber;
    signal input timestamp;
    signal input historyHash;
    signal output out;
    component chains = Poseidon(4);
    chains.inputs <== [chainHash[0], chainHash[1], 0, 0];
    component meta = Poseidon(4);
    meta.inputs <== [ledgerId, batchNumber, timestamp, historyHash];
    component whole = Poseidon(4);
    whole.inputs <== [accountsRoot, marketsHash, chains.out, meta.out];
    out <== whole.out;
}
