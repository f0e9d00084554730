pragma circom 2.2.0;
include "buses.circom";
include "account.circom";
include "report.circom";
include "state.circom";
include "kinds.circom";
include "slot.circom";
include "lib/poseidon.circom";
include "lib/range.circom";
include "lib/register-file.circom";
include "lib/merkle-update.circom";

/// @title Batch: the statement, docs/rules.md section 9; inputs in docs/circuit-inputs.md
/// @param nTx slots (>= 1), nAccounts openings (>= 2), nLevels of the tree (3..16)
/// Public: oldRoot, newRoot.
template Batch(nTx, nAccounts, nLevels) {
    signal input oldRoot;
    signal input newRoot;
    signal input ledgerId;
    signal input batchNumber;
    signal input timestamp;
    signal input historyHash;
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
    signal input haircut[2];
    signal input shock[2];
    signal input fundingCap[2];
    signal input initialFactor;
    signal input discountRate;
    signal input discountShare;
    signal input bounty;
    signal input dustEquity;
    signal input phi[12];
    signal input openInterestCap[10];
    signal input optionExpiry[8];
    signal input laterConfigHash;
    signal input committee[3][2];
    signal input governanceHash;
    signal input contract[2];
    signal input custody[2][3];
    signal input depositHead[2];
    signal input withdrawalHead[2];
    signal input depositCount[2];
    signal input withdrawalCount[2];
    signal input reportTime;
    signal input index[2];
    signal input perpMark[2];
    signal input optionMark[8];
    signal input newFundingIntegral[2];
    signal input newSquaredReturnIntegral[2];
    signal input scenario[8][14];
    signal input signer[2];
    signal input reportR8[2][2];
    signal input reportS[2];
    signal input accountIndex[nAccounts];
    signal input exists[nAccounts];
    signal input owner[nAccounts][2];
    signal input exitAddress[nAccounts];
    signal input nonce[nAccounts];
    signal input cash[nAccounts];
    signal input interestCheckpoint[nAccounts];
    signal input minOrderId[nAccounts];
    signal input ordersRoot[nAccounts];
    signal input sizes[nAccounts][12];
    signal input perpCheckpoints[nAccounts][2];
    signal input children[nAccounts][nLevels - 2][4];
    signal input top[16];
    signal input kind[nTx];
    signal input a[nTx];
    signal input b[nTx];
    signal input instrument[nTx];
    signal input chain[nTx];
    signal input fraction[nTx];
    signal input amount[nTx];
    signal input price[nTx];
    signal input fee[nTx][2];
    signal input key[nTx][2];
    signal input address[nTx];
    signal input newMinOrderId[nTx];
    signal input leastReward[nTx];
    signal input orderId[nTx][2];
    signal input orderSize[nTx][2];
    signal input limitPrice[nTx][2];
    signal input maxFee[nTx][2];
    signal input expiry[nTx][2];
    signal input reduceOnly[nTx][2];
    signal input laneOrderId[nTx][2];
    signal input laneFilled[nTx][2];
    signal input groupLanes[nTx][2][8];
    signal input groups[nTx][2][8];
    signal input R8[nTx][2][2];
    signal input S[nTx][2];

    // ---- the report
    component report = PriceReport();
    report.ledgerId <== ledgerId;
    report.timestamp <== timestamp;
    report.oldPriceHash <== priceHash;
    report.oldFundingIntegral <== fundingIntegral;
    report.oldSquaredReturnIntegral <== squaredReturnIntegral;
    report.haircut <== haircut;
    report.shock <== shock;
    report.fundingCap <== fundingCap;
    report.phi <== phi;
    report.committee <== committee;
    report.time <== reportTime;
    report.index <== index;
    report.perpMark <== perpMark;
    report.optionMark <== optionMark;
    report.fundingIntegral <== newFundingIntegral;
    report.squaredReturnIntegral <== newSquaredReturnIntegral;
    report.scenario <== scenario;
    report.signer <== signer;
    report.R8 <== reportR8;
    report.S <== reportS;
    Limits() limits;
    limits.initialFactor <== initialFactor;
    limits.discountRate <== discountRate;
    limits.discountShare <== discountShare;
    limits.bounty <== bounty;
    limits.dustEquity <== dustEquity;
    limits.openInterestCap <== openInterestCap;
    limits.optionExpiry <== optionExpiry;

    // ---- which accounts the slots use
    component kinds[nTx];
    component select[nTx][2];
    var uses[nAccounts];
    for (var t = 0; t < nAccounts; t++) { uses[t] = 0; }
    for (var n = 0; n < nTx; n++) {
        kinds[n] = Kinds();
        kinds[n].kind <== kind[n];
        kinds[n].instrument <== instrument[n];
        kinds[n].chain <== chain[n];
        kinds[n].fraction <== fraction[n];
        kinds[n].amount <== amount[n];
        kinds[n].price <== price[n];
        kinds[n].fee <== fee[n];
        for (var s = 0; s < 2; s++) {
            select[n][s] = SelectByAddress(nAccounts);
            select[n][s].addresses <== accountIndex;
            if (s == 0) { select[n][s].addr <== a[n]; } else { select[n][s].addr <== b[n]; }
            select[n][s].used <== kinds[n].uses[s];
        }
        // A and B are different accounts
        for (var t = 0; t < nAccounts; t++) {
            select[n][0].sel[t] * select[n][1].sel[t] === 0;
            uses[t] += select[n][0].sel[t] + select[n][1].sel[t];
        }
    }
    component idle[nAccounts];
    signal active[nAccounts];
    for (var t = 0; t < nAccounts; t++) {
        idle[t] = IsZero();
        idle[t].in <== uses[t];
        active[t] <== 1 - idle[t].out;
    }

    // ---- accounts opened once, in rising order, into registers of 21 words
    component touch[nAccounts];
    component rising[nAccounts - 1];
    var WORDS = 21;
    signal registers[nTx + 1][nAccounts][WORDS];
    for (var t = 0; t < nAccounts; t++) {
        touch[t] = Touch();
        touch[t].account.exists <== exists[t];
        touch[t].account.owner <== owner[t];
        touch[t].account.exitAddress <== exitAddress[t];
        touch[t].account.nonce <== nonce[t];
        touch[t].account.cash <== cash[t];
        touch[t].account.minOrderId <== minOrderId[t];
        touch[t].account.ordersRoot <== ordersRoot[t];
        touch[t].account.sizes <== sizes[t];
        touch[t].account.signs <== 0;
        touch[t].interestCheckpoint <== interestCheckpoint[t];
        touch[t].perpCheckpoints <== perpCheckpoints[t];
        touch[t].perpIndex <== report.prices.perpIndex;
        touch[t].active <== active[t];
        registers[0][t][0] <== touch[t].touched.exists;
        registers[0][t][1] <== touch[t].touched.owner[0];
        registers[0][t][2] <== touch[t].touched.owner[1];
        registers[0][t][3] <== touch[t].touched.exitAddress;
        registers[0][t][4] <== touch[t].touched.nonce;
        registers[0][t][5] <== touch[t].touched.cash;
        registers[0][t][6] <== touch[t].touched.minOrderId;
        registers[0][t][7] <== touch[t].touched.ordersRoot;
        for (var i = 0; i < 12; i++) { registers[0][t][8 + i] <== touch[t].touched.sizes[i]; }
        registers[0][t][20] <== touch[t].touched.signs;
        if (t > 0) {
            rising[t - 1] = RangeCheck(2 * nLevels);
            rising[t - 1].in <== accountIndex[t] - accountIndex[t - 1] - 1;
        }
    }

    // ---- slots in order
    component slot[nTx];
    component read[nTx][2];
    signal stepA[nTx][nAccounts][WORDS];
    component first = Poseidon(3);
    first.inputs <== [report.priceHash, batchNumber + 1, nTx];
    for (var n = 0; n < nTx; n++) {
        slot[n] = Slot();
        slot[n].ledgerId <== ledgerId;
        slot[n].prices <== report.prices;
        slot[n].limits <== limits;
        slot[n].kind <== kind[n];
        slot[n].is <== kinds[n].is;
        slot[n].uses <== kinds[n].uses;
        slot[n].column <== kinds[n].column;
        slot[n].quarter <== kinds[n].quarter;
        slot[n].half <== kinds[n].half;
        slot[n].full <== kinds[n].full;
        slot[n].index <== [a[n], b[n]];
        slot[n].instrument <== instrument[n];
        slot[n].chain <== chain[n];
        slot[n].fraction <== fraction[n];
        slot[n].amount <== amount[n];
        slot[n].price <== price[n];
        slot[n].key <== key[n];
        slot[n].address <== address[n];
        slot[n].newMinOrderId <== newMinOrderId[n];
        slot[n].leastReward <== leastReward[n];
        slot[n].laneOrderId <== laneOrderId[n];
        slot[n].laneFilled <== laneFilled[n];
        slot[n].groupLanes <== groupLanes[n];
        slot[n].groups <== groups[n];
        slot[n].R8 <== R8[n];
        slot[n].S <== S[n];
        for (var s = 0; s < 2; s++) {
            read[n][s] = ReadRegisters(nAccounts, WORDS);
            read[n][s].sel <== select[n][s].sel;
            read[n][s].reg <== registers[n];
            slot[n].before[s].exists <== read[n][s].v[0];
            slot[n].before[s].owner[0] <== read[n][s].v[1];
            slot[n].before[s].owner[1] <== read[n][s].v[2];
            slot[n].before[s].exitAddress <== read[n][s].v[3];
            slot[n].before[s].nonce <== read[n][s].v[4];
            slot[n].before[s].cash <== read[n][s].v[5];
            slot[n].before[s].minOrderId <== read[n][s].v[6];
            slot[n].before[s].ordersRoot <== read[n][s].v[7];
            for (var i = 0; i < 12; i++) { slot[n].before[s].sizes[i] <== read[n][s].v[8 + i]; }
            slot[n].before[s].signs <== read[n][s].v[20];
            slot[n].order[s].orderId <== orderId[n][s];
            slot[n].order[s].orderSize <== orderSize[n][s];
            slot[n].order[s].limitPrice <== limitPrice[n][s];
            slot[n].order[s].maxFee <== maxFee[n][s];
            slot[n].order[s].expiry <== expiry[n][s];
            slot[n].order[s].reduceOnly <== reduceOnly[n][s];
            slot[n].order[s].fee <== fee[n][s];
        }
        if (n == 0) {
            for (var c = 0; c < 2; c++) {
                slot[n].chainsBefore[c].custody <== custody[c];
                slot[n].chainsBefore[c].depositHead <== depositHead[c];
                slot[n].chainsBefore[c].withdrawalHead <== withdrawalHead[c];
                slot[n].chainsBefore[c].depositCount <== depositCount[c];
                slot[n].chainsBefore[c].withdrawalCount <== withdrawalCount[c];
            }
            slot[n].openInterestBefore <== openInterest;
            slot[n].insuranceBefore <== insurance;
            slot[n].feesBefore <== fees;
            slot[n].commitmentBefore <== first.out;
        } else {
            slot[n].chainsBefore <== slot[n - 1].chainsAfter;
            slot[n].openInterestBefore <== slot[n - 1].openInterest;
            slot[n].insuranceBefore <== slot[n - 1].insurance;
            slot[n].feesBefore <== slot[n - 1].fees;
            slot[n].commitmentBefore <== slot[n - 1].commitment;
        }

        // write back: word by word, what the slot changed
        var change[2][WORDS];
        for (var s = 0; s < 2; s++) {
            change[s][0] = slot[n].after[s].exists - slot[n].before[s].exists;
            change[s][1] = slot[n].after[s].owner[0] - slot[n].before[s].owner[0];
            change[s][2] = slot[n].after[s].owner[1] - slot[n].before[s].owner[1];
            change[s][3] = slot[n].after[s].exitAddress - slot[n].before[s].exitAddress;
            change[s][4] = slot[n].after[s].nonce - slot[n].before[s].nonce;
            change[s][5] = slot[n].after[s].cash - slot[n].before[s].cash;
            change[s][6] = slot[n].after[s].minOrderId - slot[n].before[s].minOrderId;
            change[s][7] = slot[n].after[s].ordersRoot - slot[n].before[s].ordersRoot;
            for (var i = 0; i < 12; i++) { change[s][8 + i] = slot[n].after[s].sizes[i] - slot[n].before[s].sizes[i]; }
            change[s][20] = slot[n].after[s].signs - slot[n].before[s].signs;
        }
        for (var t = 0; t < nAccounts; t++) {
            for (var w = 0; w < WORDS; w++) {
                if (w < 4 || w == 6) { // no kind writes these of B
                    stepA[n][t][w] <== 0;
                    registers[n + 1][t][w] <== registers[n][t][w] + select[n][0].sel[t] * change[0][w];
                } else {
                    stepA[n][t][w] <== select[n][0].sel[t] * change[0][w];
                    registers[n + 1][t][w] <== registers[n][t][w] + stepA[n][t][w] + select[n][1].sel[t] * change[1][w];
                }
            }
        }
    }

    // ---- accounts closed: an account that no slot used keeps its leaf, so nobody is shaved by idle accruals
    component close[nAccounts];
    component tree = TreeUpdates(nAccounts, nLevels);
    signal interestStep[nAccounts];
    signal checkpointStep[nAccounts][2];
    var accrued = 0;
    for (var t = 0; t < nAccounts; t++) {
        accrued += touch[t].accrued;
        close[t] = AccountLeaf();
        close[t].account.exists <== registers[nTx][t][0];
        close[t].account.owner[0] <== registers[nTx][t][1];
        close[t].account.owner[1] <== registers[nTx][t][2];
        close[t].account.exitAddress <== registers[nTx][t][3];
        close[t].account.nonce <== registers[nTx][t][4];
        close[t].account.cash <== registers[nTx][t][5];
        close[t].account.minOrderId <== registers[nTx][t][6];
        close[t].account.ordersRoot <== registers[nTx][t][7];
        for (var i = 0; i < 12; i++) { close[t].account.sizes[i] <== registers[nTx][t][8 + i]; }
        close[t].account.signs <== registers[nTx][t][20];
        interestStep[t] <== active[t] * (interestIndex - interestCheckpoint[t]);
        close[t].interestCheckpoint <== interestCheckpoint[t] + interestStep[t];
        for (var u = 0; u < 2; u++) {
            checkpointStep[t][u] <== active[t] * (report.prices.perpIndex[u] - perpCheckpoints[t][u]);
            close[t].perpCheckpoints[u] <== perpCheckpoints[t][u] + checkpointStep[t][u];
        }
        tree.index[t] <== accountIndex[t];
        tree.oldLeaf[t] <== touch[t].oldLeaf;
        tree.newLeaf[t] <== close[t].leaf;
    }
    tree.children <== children;
    tree.top <== top;

    // ---- the two roots
    component config = ConfigHash();
    config.limits <== limits;
    config.haircut <== haircut;
    config.shock <== shock;
    config.fundingCap <== fundingCap;
    config.phi <== phi;
    config.laterConfigHash <== laterConfigHash;
    component committeeHash = Poseidon(6);
    for (var i = 0; i < 3; i++) {
        committeeHash.inputs[2 * i] <== committee[i][0];
        committeeHash.inputs[2 * i + 1] <== committee[i][1];
    }
    component keys = Poseidon(2);
    keys.inputs <== [committeeHash.out, governanceHash];
    component history = Poseidon(2);
    history.inputs <== [historyHash, slot[nTx - 1].commitment];
    signal newPool <== perpetualPool - accrued;
    component poolRange = RangeCheck(96);
    poolRange.in <== newPool + (1 << 95);
    component feesRange = RangeCheck(95);
    feesRange.in <== slot[nTx - 1].fees;
    component insuranceRange = RangeCheck(95);
    insuranceRange.in <== slot[nTx - 1].insurance;

    component markets[2];
    component chains[2][2];
    component root[2];
    for (var e = 0; e < 2; e++) {
        markets[e] = MarketsHash();
        markets[e].variance <== variance;
        markets[e].breakerUntil <== breakerUntil;
        markets[e].interestIndex <== interestIndex;
        markets[e].totalBorrow <== totalBorrow;
        markets[e].settlementHash <== settlementHash;
        markets[e].configHash <== config.out;
        markets[e].keysHash <== keys.out;
        root[e] = StateRoot();
        root[e].ledgerId <== ledgerId;
        for (var c = 0; c < 2; c++) {
            chains[e][c] = ChainHash();
            chains[e][c].contract <== contract[c];
        }
    }
    markets[0].priceHash <== priceHash;
    markets[0].fundingIntegral <== fundingIntegral;
    markets[0].squaredReturnIntegral <== squaredReturnIntegral;
    markets[0].openInterest <== openInterest;
    markets[0].insurance <== insurance;
    markets[0].fees <== fees;
    markets[0].perpetualPool <== perpetualPool;
    markets[1].priceHash <== report.priceHash;
    markets[1].fundingIntegral <== newFundingIntegral;
    markets[1].squaredReturnIntegral <== newSquaredReturnIntegral;
    markets[1].openInterest <== slot[nTx - 1].openInterest;
    markets[1].insurance <== slot[nTx - 1].insurance;
    markets[1].fees <== slot[nTx - 1].fees;
    markets[1].perpetualPool <== newPool;
    for (var c = 0; c < 2; c++) {
        chains[0][c].chain <== slot[0].chainsBefore[c];
        chains[1][c].chain <== slot[nTx - 1].chainsAfter[c];
    }
    for (var e = 0; e < 2; e++) {
        root[e].marketsHash <== markets[e].out;
        for (var c = 0; c < 2; c++) { root[e].chainHash[c] <== chains[e][c].out; }
    }
    root[0].accountsRoot <== tree.oldRoot;
    root[0].batchNumber <== batchNumber;
    root[0].timestamp <== timestamp;
    root[0].historyHash <== historyHash;
    root[1].accountsRoot <== tree.newRoot;
    root[1].batchNumber <== batchNumber + 1;
    root[1].timestamp <== reportTime;
    root[1].historyHash <== history.out;
    root[0].out === oldRoot;
    root[1].out === newRoot;
}
