pragma circom 2.2.0;
include "lib/range.circom";

/// @title PassRule: (healthy and exposure below the cap) or not riskier, docs/rules.md sections 6 and 7
/// @input enabled {bool} whether this side must pass; healthyOnly {bool} the liquidator's stricter rule
/// @input equityAfter; fairBefore, fairAfter: equity without haircut; maintenanceBefore (a lower bound), maintenanceAfter (an upper bound), exposureAfter
/// @requires |equity|, |fair| < 2^120, 0 <= maintenance < 2^106, initialFactor < 2^10
/// @ensures(1) enabled = 1 implies the rule holds; notRiskier = 1 iff the proof took the second branch
/// @constraints NL 3 + 1 + 1 + 3 + 143 + 2 + 107 + 3 + 228
template PassRule() {
    signal input enabled;
    signal input healthyOnly;
    signal input fairBefore;
    signal input maintenanceBefore;
    signal input equityAfter;
    signal input fairAfter;
    signal input maintenanceAfter;
    signal input exposureAfter;
    signal input initialFactor;
    signal output notRiskier;

    signal initial <== initialFactor * maintenanceAfter; // 10 + 106 bits
    var margin = equityAfter * 2560000 - initial * (1 << 16);
    // witness: the first branch that holds. 0 healthy, 1 fair equity did not fall, 2 its ratio to the margin did not fall
    var healthyHint = margin >= 0 && exposureAfter < (1 << 60);
    signal branch[3]; // each constrained to 0 or 1 below, their sum to enabled; a branch that does not hold fails its range check
    branch[0] <-- enabled * (healthyHint || healthyOnly ? 1 : 0);
    branch[1] <-- enabled * (healthyHint || healthyOnly ? 0 : (fairAfter - fairBefore >= 0 ? 1 : 0));
    branch[2] <-- enabled - branch[0] - branch[1];
    for (var i = 0; i < 3; i++) { branch[i] * (1 - branch[i]) === 0; }
    branch[0] + branch[1] + branch[2] === enabled;
    notRiskier <== branch[1] + branch[2];
    healthyOnly * notRiskier === 0;

    // healthy: e * 1e4 * 2^8 >= initialFactor * m * 2^16; otherwise f >= f0, or f >= 0. 142 bits, no wrap
    signal first <== branch[0] * margin;
    signal second <== branch[1] * (fairAfter - fairBefore);
    signal third <== branch[2] * fairAfter;
    component enough = RangeCheck(143);
    enough.in <== first + second + third;
    // healthy: exposure < 2^60 (it is not negative, so the wider check is as strict); not riskier: m <= m0
    signal room <== branch[0] * ((1 << 60) - 1 - exposureAfter);
    signal drop <== notRiskier * (maintenanceBefore - maintenanceAfter);
    component smaller = RangeCheck(107);
    smaller.in <== room + drop;
    // f * (m0 + 1) >= f0 * (m + 1), 120 + 106 + 1 = 227 bits < 253; the ones make it f >= f0 where both margins are 0
    signal left <== fairAfter * (maintenanceBefore + 1);
    signal right <== fairBefore * (maintenanceAfter + 1);
    signal ratio <== branch[2] * (left - right);
    component kept = RangeCheck(228);
    kept.in <== ratio;
}
