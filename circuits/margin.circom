pragma circom 2.2.0;
include "buses.circom";
include "lib/range.circom";

// Equity and margin, docs/rules.md section 6. The state before a transition needs only a lower bound of the maintenance margin
// and the state after only an upper bound: both directions are safe for "healthy", "not riskier" and "below maintenance".

/// Move of scenario j in percent, and the step (0: 8, 1: 16, 2: 32 %) it belongs to; scenarios 0 and 1 always count.
function moveOf(j) {
    var magnitude = 0;
    var i = j \ 2;
    if (i > 0) { magnitude = 8 * (1 << ((i - 1) \ 2)); }
    return i % 2 == 1 ? magnitude : -magnitude;
}
function stepOf(j) { return (j \ 2 - 1) \ 2; }

/// @title NegativeParts: min(size, 0) of columns 2..11
/// @input sizes, signs[10] {bool} the sign bit of columns 2..11
/// @constraints 10
template NegativeParts() {
    signal input sizes[12];
    signal input signs[10];
    signal output negative[10];
    for (var i = 0; i < 10; i++) { negative[i] <== signs[i] * sizes[2 + i]; }
}

/// @title Equity at scale 2^24
/// @requires |cash| <= 2^95, |size| <= 2^47, prices < 2^56
/// @ensures equity = cash * 2^24 + spot at collateral price + options at mark; fair = the same with spot at index; both below 2^120 in magnitude
/// @constraints NL 12, linear 2
template Equity() {
    signal input cash;
    signal input sizes[12];
    input Prices() prices;
    signal output equity;
    signal output fair;
    signal value[10]; // 48 + 56 = 104 bits
    signal whole[2];
    var sum = cash * (1 << 24);
    var haircut = 0;
    for (var u = 0; u < 2; u++) {
        value[u] <== sizes[u] * prices.collateralPrice[u];
        whole[u] <== sizes[u] * prices.index[u];
        sum += value[u];
        haircut += whole[u] - value[u];
    }
    for (var k = 0; k < 8; k++) { value[2 + k] <== sizes[4 + k] * prices.optionMark[k]; sum += value[2 + k]; }
    equity <== sum;
    fair <== sum + haircut;
}

/// @title Tails and exposure of a portfolio
/// @ensures tail = sum phi_i * |size_i| * ref_i (scale 2^8 * 1e4), short options at the underlying's price
/// @ensures exposure = sum_u under_u * sum |size_i| (scale 2^8)
/// @constraints 22
template Tails() {
    signal input sizes[12];
    signal input negative[10];
    input Prices() prices;
    signal output tail;
    signal output exposure;
    signal term[20]; // 48 + 54 = 102 bits
    signal gross[2]; // 51 + 40 = 91 bits
    var sum = 0;
    var lots[2] = [0, 0];
    for (var i = 0; i < 2; i++) {
        term[i] <== sizes[i] * prices.tailLong[i];
        term[2 + i] <== (sizes[2 + i] - 2 * negative[i]) * prices.tailLong[2 + i];
        sum += term[i] + term[2 + i];
        lots[i] += sizes[i] + sizes[2 + i] - 2 * negative[i];
    }
    for (var k = 0; k < 8; k++) {
        term[4 + k] <== (sizes[4 + k] - negative[2 + k]) * prices.tailLong[4 + k];
        term[12 + k] <== -negative[2 + k] * prices.tailShort[k];
        sum += term[4 + k] + term[12 + k];
        lots[k \ 4] += sizes[4 + k] - 2 * negative[2 + k];
    }
    tail <== sum;
    for (var u = 0; u < 2; u++) { gross[u] <== prices.under[u] * lots[u]; }
    exposure <== gross[0] + gross[1];
}

/// @title Value of the spot and the perpetual column of each underlying, scale 2^8
/// @constraints 4
template Linear() {
    signal input sizes[12];
    input Prices() prices;
    signal output linear[2];
    signal value[4]; // 48 + 40 = 88 bits
    for (var i = 0; i < 4; i++) { value[i] <== sizes[i] * prices.ref[i]; }
    for (var u = 0; u < 2; u++) { linear[u] <== value[u] + value[2 + u]; }
}

/// @title MaintenanceUpper: an upper bound of the maintenance margin, chosen by the prover
/// @ensures maintenance >= m of the rules, in particular for the honest hint equal to it
/// @ensures worst_u and worst_u - loss_uj lie in [0, 2^72): MARGIN_OUT_OF_RANGE otherwise
/// @constraints 22 + 4 + 2 * (3 + 56 + 15 * 73) = 2,334
template MaintenanceUpper() {
    signal input sizes[12];
    signal input negative[10];
    input Prices() prices;
    signal output maintenance;
    signal output exposure;
    component tails = Tails();
    tails.sizes <== sizes;
    tails.negative <== negative;
    tails.prices <== prices;
    component lin = Linear();
    lin.sizes <== sizes;
    lin.prices <== prices;
    signal counted[2][3];    // the linear value where a step counts
    signal part[2][4][14];   // 48 + 41 = 89 bits
    signal worst[2];
    component inRange[2][15];
    for (var u = 0; u < 2; u++) {
        for (var s = 0; s < 3; s++) { counted[u][s] <== prices.counts[u][s] * lin.linear[u]; }
        for (var k = 0; k < 4; k++) {
            for (var j = 0; j < 14; j++) { part[u][k][j] <== sizes[4 + 4 * u + k] * prices.drop[4 * u + k][j]; }
        }
        var loss[14];
        var most = 0;
        for (var j = 0; j < 14; j++) {
            loss[j] = 100 * (part[u][0][j] + part[u][1][j] + part[u][2][j] + part[u][3][j]);
            if (j >= 2) { loss[j] -= moveOf(j) * counted[u][stepOf(j)]; }
            most = loss[j] > most ? loss[j] : most;
        }
        worst[u] <-- most; // witness: any value at or above every loss is sound
        inRange[u][14] = RangeCheck(72);
        inRange[u][14].in <== worst[u];
        for (var j = 0; j < 14; j++) {
            inRange[u][j] = RangeCheck(72); // |loss| < 100 * 2^91 + ..., no wrap
            inRange[u][j].in <== worst[u] - loss[j];
        }
    }
    maintenance <== 100 * (worst[0] + worst[1]) + tails.tail;
    exposure <== tails.exposure;
}

/// @title MaintenanceLower: a lower bound of the maintenance margin, chosen by the prover
/// @ensures maintenance <= m of the rules: per underlying it takes one counted loss, or zero; equal for the honest hint
/// @constraints 22 + 4 + 2 * (14 + 1 + 56 + 3 + 5)
template MaintenanceLower() {
    signal input sizes[12];
    signal input negative[10];
    input Prices() prices;
    signal output maintenance;
    component tails = Tails();
    tails.sizes <== sizes;
    tails.negative <== negative;
    tails.prices <== prices;
    component lin = Linear();
    lin.sizes <== sizes;
    lin.prices <== prices;
    signal pick[2][14];
    signal picked[2][4][14];
    signal move[2][3];
    signal part[2][4];
    signal moved[2];
    var worst = 0;
    for (var u = 0; u < 2; u++) {
        // witness: the scenario with the largest positive loss
        var most = 0;
        var which = -1;
        for (var j = 0; j < 14; j++) {
            var loss = 0;
            for (var k = 0; k < 4; k++) { loss += 100 * sizes[4 + 4 * u + k] * prices.drop[4 * u + k][j]; }
            if (j >= 2) { loss -= moveOf(j) * prices.counts[u][stepOf(j)] * lin.linear[u]; }
            if (loss > most) { most = loss; which = j; }
        }
        var picks = 0;
        var moves[3] = [0, 0, 0];
        for (var j = 0; j < 14; j++) {
            pick[u][j] <-- which == j ? 1 : 0; // constrained to 0 or 1 below, and to one at most: any loss of a scenario, or none, is a lower bound
            pick[u][j] * (1 - pick[u][j]) === 0;
            picks += pick[u][j];
            if (j >= 2) { moves[stepOf(j)] += moveOf(j) * pick[u][j]; }
        }
        picks * (1 - picks) === 0; // at most one
        var percent = 0;
        for (var s = 0; s < 3; s++) { move[u][s] <== prices.counts[u][s] * moves[s]; percent += move[u][s]; }
        moved[u] <== percent * lin.linear[u];
        var sum = -moved[u];
        for (var k = 0; k < 4; k++) {
            var drop = 0;
            for (var j = 0; j < 14; j++) { picked[u][k][j] <== pick[u][j] * prices.drop[4 * u + k][j]; drop += picked[u][k][j]; }
            part[u][k] <== sizes[4 + 4 * u + k] * drop;
            sum += 100 * part[u][k];
        }
        worst += sum;
    }
    maintenance <== 100 * worst + tails.tail;
}
