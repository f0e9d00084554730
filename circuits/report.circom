pragma circom 2.2.0;
include "buses.circom";
include "lib/poseidon.circom";
include "lib/range.circom";
include "lib/division.circom";
include "lib/eddsa.circom";

/// @title RiskPrice: a price in range and its risk price
/// @ensures price in [0, 2^56), risk = floor(price / 2^16)
/// @constraints 57
template RiskPrice() {
    signal input price;
    signal output risk;
    component bits = Bits(56);
    bits.in <== price;
    var sum = 0;
    for (var i = 16; i < 56; i++) { sum += bits.out[i] * (1 << (i - 16)); }
    risk <== sum;
}

/// @title PriceReport, docs/rules.md section 4
/// @input the report's words, the state's timestamp, priceHash and integrals before, the config's haircut, shock, fundingCap, phi, the committee
/// @ensures(1) two different committee members signed priceHash, the hash of all words, in rising key order
/// @ensures(2) time does not run backwards, and at equal time the report is the state's own
/// @ensures(3) funding moves at most at the capped rate, the squared return integral does not fall
/// @ensures(4) every word is in its range; prices are derived from them by the rules
/// @requires the committed integrals are in range; haircut <= 2^16, shock in {0, 8, 16, 32}, fundingCap < 2^32, phi < 2^14 (genesis)
template PriceReport() {
    signal input ledgerId;
    signal input timestamp;
    signal input oldPriceHash;
    signal input oldFundingIntegral[2];
    signal input oldSquaredReturnIntegral[2];
    signal input haircut[2];
    signal input shock[2];
    signal input fundingCap[2];
    signal input phi[12];
    signal input committee[3][2];
    signal input time;
    signal input index[2];
    signal input perpMark[2];
    signal input optionMark[8];
    signal input fundingIntegral[2];
    signal input squaredReturnIntegral[2];
    signal input scenario[8][14];
    signal input signer[2];
    signal input R8[2][2];
    signal input S[2];
    signal output priceHash;
    output Prices() prices;

    // words and their ranges
    signal words[36];
    words[0] <== time;
    component spotRisk[2];
    component perpRisk[2];
    component optionRisk[8];
    component positive[4];
    for (var u = 0; u < 2; u++) {
        words[1 + u] <== index[u];
        words[3 + u] <== perpMark[u];
        words[13 + u] <== fundingIntegral[u];
        words[15 + u] <== squaredReturnIntegral[u];
        spotRisk[u] = RiskPrice();
        spotRisk[u].price <== index[u];
        perpRisk[u] = RiskPrice();
        perpRisk[u].price <== perpMark[u];
        positive[u] = AssertNonZero();
        positive[u].in <== index[u];
        positive[2 + u] = AssertNonZero();
        positive[2 + u].in <== perpMark[u];
    }
    component valueRange[8][14];
    var packed[19];
    for (var w = 0; w < 19; w++) { packed[w] = 0; }
    for (var k = 0; k < 8; k++) {
        words[5 + k] <== optionMark[k];
        optionRisk[k] = RiskPrice();
        optionRisk[k].price <== optionMark[k];
        for (var j = 0; j < 14; j++) {
            valueRange[k][j] = RangeCheck(40);
            valueRange[k][j].in <== scenario[k][j];
            packed[(14 * k + j) \ 6] += scenario[k][j] * (1 << (40 * ((14 * k + j) % 6)));
        }
    }
    for (var w = 0; w < 19; w++) { words[17 + w] <== packed[w]; }

    component h0 = Poseidon(16);
    h0.inputs[0] <== 1; // the report's tag
    h0.inputs[1] <== ledgerId;
    for (var i = 0; i < 14; i++) { h0.inputs[2 + i] <== words[i]; }
    component h1 = Poseidon(16);
    h1.inputs[0] <== h0.out;
    for (var i = 0; i < 15; i++) { h1.inputs[1 + i] <== words[14 + i]; }
    component h2 = Poseidon(8);
    h2.inputs[0] <== h1.out;
    for (var i = 0; i < 7; i++) { h2.inputs[1 + i] <== words[29 + i]; }
    priceHash <== h2.out;

    //@satisfies(1)
    component who[2];
    component signature[2];
    signal keyWord[2][2][3];
    for (var q = 0; q < 2; q++) {
        who[q] = OneHot(3);
        who[q].idx <== signer[q];
        signature[q] = EdDSAVerify();
        var key[2] = [0, 0];
        for (var c = 0; c < 2; c++) {
            for (var i = 0; i < 3; i++) { keyWord[q][c][i] <== who[q].out[i] * committee[i][c]; key[c] += keyWord[q][c][i]; }
        }
        signature[q].Ax <== key[0];
        signature[q].Ay <== key[1];
        signature[q].R8x <== R8[q][0];
        signature[q].R8y <== R8[q][1];
        signature[q].S <== S[q];
        signature[q].M <== h2.out;
    }
    // rising: signer 0 is 0 and signer 1 is 1 or 2, or they are 1 and 2
    (signer[1] - signer[0] - 1) * (signer[1] - signer[0] - 2) === 0;

    //@satisfies(2)
    component timeRange = RangeCheck(40);
    timeRange.in <== time;
    signal elapsed <== time - timestamp;
    component forward = RangeCheck(40);
    forward.in <== elapsed;
    component same = IsZero();
    same.in <== elapsed;
    same.out * (h2.out - oldPriceHash) === 0;

    //@satisfies(3)
    component rising[2];
    component risingTop[2];
    component up[2];
    component down[2];
    component fundingRange[2];
    signal speed[2];
    signal capped[2];
    for (var u = 0; u < 2; u++) {
        fundingRange[u] = RangeCheck(88);
        fundingRange[u].in <== fundingIntegral[u] + (1 << 87);
        rising[u] = RangeCheck(88);
        rising[u].in <== squaredReturnIntegral[u] - oldSquaredReturnIntegral[u];
        risingTop[u] = RangeCheck(88);
        risingTop[u].in <== squaredReturnIntegral[u];
        speed[u] <== fundingCap[u] * index[u];       // 32 + 56 bits
        capped[u] <== speed[u] * elapsed;            // + 40 = 128 bits
        up[u] = RangeCheck(129);
        up[u].in <== capped[u] - (fundingIntegral[u] - oldFundingIntegral[u]) * (1 << 16);
        down[u] = RangeCheck(129);
        down[u].in <== capped[u] + (fundingIntegral[u] - oldFundingIntegral[u]) * (1 << 16);
    }

    //@satisfies(4) derived prices
    prices.time <== time;
    prices.index <== index;
    prices.perpMark <== perpMark;
    prices.optionMark <== optionMark;
    component haircutPrice[2];
    component step[2][3];
    component perpIndexRange[2];
    for (var u = 0; u < 2; u++) {
        haircutPrice[u] = FloorShift(16, 57); // 56 + 17 = 73 bits
        haircutPrice[u].num <== index[u] * ((1 << 16) - haircut[u]);
        prices.collateralPrice[u] <== haircutPrice[u].q;
        prices.perpIndex[u] <== perpMark[u] * (1 << 24) - fundingIntegral[u];
        perpIndexRange[u] = RangeCheck(88);
        perpIndexRange[u].in <== prices.perpIndex[u] + (1 << 87);
        prices.under[u] <== spotRisk[u].risk;
        prices.ref[u] <== spotRisk[u].risk;
        prices.ref[2 + u] <== perpRisk[u].risk;
        prices.tailLong[u] <== phi[u] * spotRisk[u].risk;
        prices.tailLong[2 + u] <== phi[2 + u] * perpRisk[u].risk;
        // shock is 0, 8, 16 or 32: step s counts iff shock >= 8 * 2^s
        step[u][0] = IsZero();
        step[u][0].in <== shock[u];
        step[u][1] = IsZero();
        step[u][1].in <== shock[u] - 8;
        step[u][2] = IsZero();
        step[u][2].in <== shock[u] - 32;
        prices.counts[u][0] <== 1 - step[u][0].out;
        prices.counts[u][1] <== 1 - step[u][0].out - step[u][1].out;
        prices.counts[u][2] <== step[u][2].out;
    }
    for (var k = 0; k < 8; k++) {
        var u = k \ 4;
        prices.ref[4 + k] <== optionRisk[k].risk;
        prices.tailLong[4 + k] <== phi[4 + k] * optionRisk[k].risk;
        prices.tailShort[k] <== phi[4 + k] * spotRisk[u].risk;
        for (var j = 0; j < 14; j++) {
            if (j < 2) { prices.drop[k][j] <== optionRisk[k].risk - scenario[k][j]; }
            else { prices.drop[k][j] <== prices.counts[u][(j \ 2 - 1) \ 2] * (optionRisk[k].risk - scenario[k][j]); }
        }
    }
}
