pragma circom 2.2.0;
include "buses.circom";
include "lib/poseidon.circom";
include "lib/range.circom";

/// @title AccountLeaf, docs/rules.md section 2
/// @requires sizes are 48-bit signed: the packing is then unique
/// @ensures leaf = P9(owner, exitAddress, nonce, cash, interestCheckpoint, minOrderId, ordersRoot, positionsHash) if exists, 0 otherwise
/// @constraints P5 + P9 + 1
template AccountLeaf() {
    input Account() account;
    signal input interestCheckpoint;
    signal input perpCheckpoints[2];
    signal output leaf;
    component positions = Poseidon(5);
    for (var w = 0; w < 3; w++) {
        var packed = 0;
        for (var i = 0; i < 4; i++) { packed += (account.sizes[4 * w + i] + (1 << 47)) * (1 << (48 * i)); } // 192 bits
        positions.inputs[w] <== packed;
    }
    for (var u = 0; u < 2; u++) { positions.inputs[3 + u] <== perpCheckpoints[u]; }
    component whole = Poseidon(9);
    whole.inputs[0] <== account.owner[0];
    whole.inputs[1] <== account.owner[1];
    whole.inputs[2] <== account.exitAddress;
    whole.inputs[3] <== account.nonce;
    whole.inputs[4] <== account.cash;
    whole.inputs[5] <== interestCheckpoint;
    whole.inputs[6] <== account.minOrderId;
    whole.inputs[7] <== account.ordersRoot;
    whole.inputs[8] <== positions.out;
    leaf <== account.exists * whole.out;
}

/// @title Sizes: ranges and signs of a portfolio
/// @ensures(1) spot sizes in [0, 2^47), the others in [-2^47, 2^47)
/// @ensures(2) signs[i] = 1 iff sizes[2 + i] < 0
/// @constraints 2 * 48 + 10 * 49
template Sizes() {
    signal input sizes[12];
    signal output signs[10];
    component spot[2];
    for (var u = 0; u < 2; u++) { spot[u] = RangeCheck(47); spot[u].in <== sizes[u]; }
    component signed[10];
    for (var i = 0; i < 10; i++) {
        signed[i] = Signed(47);
        signed[i].in <== sizes[2 + i];
        signs[i] <== signed[i].neg;
    }
}

/// @title Touch: what an opened account receives before its first use, docs/rules.md section 5
/// @input account as committed (its `signs` are computed here), active {bool} whether a slot uses it
/// @requires cash in [-2^95, 2^95), perpCheckpoints 88-bit signed (true of every committed account), |perpIndex| < 2^88
/// @ensures(1) exists is boolean and an account that does not exist has all words zero
/// @ensures(2) touched = account with cash += active * x, x = floor(sum size * (perpIndex - checkpoint) / 2^48), cash in range
/// @ensures(3) signs of touched are right and sizes in range
/// @ensures(4) oldLeaf is the committed leaf; accrued = what the pool pays
/// @constraints P5 + P9 + 580 + 170
template Touch() {
    input Account() account;
    signal input active;
    signal input interestCheckpoint;
    signal input perpCheckpoints[2];
    signal input perpIndex[2];
    output Account() touched;
    signal output oldLeaf;
    signal output accrued;

    account.exists * (1 - account.exists) === 0;
    //@satisfies(1)
    var absent = 1 - account.exists;
    absent * account.owner[0] === 0;
    absent * account.owner[1] === 0;
    absent * account.exitAddress === 0;
    absent * account.nonce === 0;
    absent * account.cash === 0;
    absent * account.minOrderId === 0;
    absent * account.ordersRoot === 0;
    absent * interestCheckpoint === 0;
    for (var u = 0; u < 2; u++) { absent * perpCheckpoints[u] === 0; }
    for (var i = 0; i < 12; i++) { absent * account.sizes[i] === 0; }

    component sizes = Sizes();
    sizes.sizes <== account.sizes;
    var signs = 0;
    for (var i = 0; i < 10; i++) { signs += sizes.signs[i] * (1 << i); }

    component old = AccountLeaf();
    old.account <== account;
    old.interestCheckpoint <== interestCheckpoint;
    old.perpCheckpoints <== perpCheckpoints;
    oldLeaf <== old.leaf;

    signal margin[2]; // 48 + 89 = 137 bits
    for (var u = 0; u < 2; u++) { margin[u] <== account.sizes[2 + u] * (perpIndex[u] - perpCheckpoints[u]); }
    var total = margin[0] + margin[1];
    // floor: the trader receives less. where it is used, x is bounded because cash before and after are in range, so x * 2^48 + rest cannot wrap
    signal x <-- (total + (1 << 200)) \ (1 << 48) - (1 << 152); // witness: floor for negative totals too
    component rest = RangeCheck(48);
    rest.in <== total - x * (1 << 48);
    accrued <== active * x;
    component inRange = RangeCheck(96);
    inRange.in <== account.cash + accrued + (1 << 95);

    touched.exists <== account.exists;
    touched.owner <== account.owner;
    touched.exitAddress <== account.exitAddress;
    touched.nonce <== account.nonce;
    touched.cash <== account.cash + accrued;
    touched.minOrderId <== account.minOrderId;
    touched.ordersRoot <== account.ordersRoot;
    touched.sizes <== account.sizes;
    touched.signs <== signs;
}
