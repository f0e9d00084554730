pragma circom 2.2.0;

include "baby-jubjub-constants.circom";

/// Baby Jubjub (EIP-2494) in two forms.
///   Edwards     168700 x^2 + y^2 = 1 + 168696 x^2 y^2, identity (0, 1). 168700 is a square and 168696 is not, so the addition law is complete:
///               1 + 168696 x1 x2 y1 y2 and 1 - 168696 x1 x2 y1 y2 are never 0 for points on the curve.
///   Montgomery  v^2 = u^3 + 168698 u^2 + u, with u = (1 + y)/(1 - y), v = u/x. Cheaper, but the identity has no coordinates and the
///               chord of P and +-P is not defined, so every use argues why that cannot happen.
/// The group has order 8 * BABY_JUBJUB_ORDER(). Points are arrays of two coordinates.

/// @title EdwardsAdd
/// @input p[2], q[2]
/// @output out[2]
/// @requires(1) p and q are on the curve
/// @ensures(1) out = p + q, on the curve
/// @constraints NL 6, linear 0
template EdwardsAdd() {
    signal input p[2];
    signal input q[2];
    signal output out[2];

    signal xy <== p[0] * q[1];
    signal yx <== p[1] * q[0];
    signal all <== xy * yx;
    signal cross <== (p[1] - 168700 * p[0]) * (q[0] + q[1]); // y1 x2 + y1 y2 - 168700 x1 x2 - 168700 x1 y2
    //@satisfies(1) the factors of out are not 0, so out is unique
    out[0] <-- (xy + yx) / (1 + 168696 * all); // witness
    out[0] * (1 + 168696 * all) === xy + yx;
    out[1] <-- (cross + 168700 * xy - yx) / (1 - 168696 * all); // witness
    out[1] * (1 - 168696 * all) === cross + 168700 * xy - yx;
}

/// @title EdwardsDouble
/// @input p[2]
/// @output out[2]; xx = x^2 and yy = y^2 of p, for the caller's use
/// @requires(1) p is on the curve
/// @ensures(1) out = 2p, on the curve
/// @constraints NL 5, linear 0
/// @argument With the curve equation the two factors are 1 + d x^2 y^2 and 1 - d x^2 y^2, never 0.
template EdwardsDouble() {
    signal input p[2];
    signal output out[2];
    signal output xx <== p[0] * p[0];
    signal output yy <== p[1] * p[1];

    signal xy <== p[0] * p[1];
    out[0] <-- 2 * xy / (168700 * xx + yy); // witness
    out[0] * (168700 * xx + yy) === 2 * xy; //@satisfies(1)
    out[1] <-- (yy - 168700 * xx) / (2 - 168700 * xx - yy); // witness
    out[1] * (2 - 168700 * xx - yy) === yy - 168700 * xx; //@satisfies(1)
}

/// @title TimesEight: checks a point and clears its cofactor
/// @input p[2] any two field elements
/// @output out[2]
/// @ensures(1) p is on the curve
/// @ensures(2) out = 8p; it is on the curve and its order divides BABY_JUBJUB_ORDER(), so it is the identity or of that prime order
/// @constraints NL 16, linear 0
template TimesEight() {
    signal input p[2];
    signal output out[2];

    component double[3];
    for (var i = 0; i < 3; i++) {
        double[i] = EdwardsDouble();
        if (i == 0) { double[i].p <== p; } else { double[i].p <== double[i - 1].out; }
        if (i > 0) { _ <== double[i].xx; _ <== double[i].yy; }
    }
    168700 * double[0].xx + double[0].yy === 1 + 168696 * double[0].xx * double[0].yy; //@satisfies(1)
    out <== double[2].out; //@satisfies(2)
}

/// @title NegativeToMontgomery: -p in Montgomery coordinates
/// @input p[2] Edwards coordinates
/// @output out[2] Montgomery coordinates of -p
/// @requires(1) p is on the curve and its order divides BABY_JUBJUB_ORDER()
/// @ensures(1) p is not the identity: for (0, 1) the first row reads 0 = 2
/// @ensures(2) out = -p
/// @constraints NL 2, linear 0
template NegativeToMontgomery() {
    signal input p[2];
    signal output out[2];

    out[0] <-- (1 + p[1]) / (1 - p[1]); // witness
    out[0] * (1 - p[1]) === 1 + p[1]; //@satisfies(1)
    out[1] <-- -out[0] / p[0]; // witness
    -p[0] * out[1] === out[0]; //@satisfies(2) x = 0 only at (0, 1) and (0, -1); the latter has order 2
}

/// @title ToEdwards
/// @input p[2] Montgomery coordinates
/// @output out[2] Edwards coordinates
/// @requires(1) p is on the curve and of odd order
/// @ensures(1) out = p
/// @constraints NL 2, linear 0
/// @argument v = 0 only at points of order 2; u = -1 is on the curve only if 168696 is a square, which it is not.
template ToEdwards() {
    signal input p[2];
    signal output out[2];

    out[0] <-- p[0] / p[1]; // witness
    out[0] * p[1] === p[0]; //@satisfies(1)
    out[1] <-- (p[0] - 1) / (p[0] + 1); // witness
    out[1] * (p[0] + 1) === p[0] - 1; //@satisfies(1)
}

/// @title MontgomeryTriple
/// @input p[2] Montgomery coordinates
/// @output out[2]
/// @requires(1) p has order BABY_JUBJUB_ORDER()
/// @ensures(1) out = 3p
/// @constraints NL 6, linear 0
/// @argument v != 0 as 2p is not the identity; u(2p) != u(p) as neither p nor 3p is. (p + p) + p without the v of 2p, as in MontgomeryStep.
template MontgomeryTriple() {
    signal input p[2];
    signal output out[2];

    signal uu <== p[0] * p[0];
    signal tangent <-- (3 * uu + 2 * 168698 * p[0] + 1) / (2 * p[1]); // witness
    tangent * (2 * p[1]) === 3 * uu + 2 * 168698 * p[0] + 1;
    signal double <== tangent * tangent - 168698 - 2 * p[0]; // u of 2p
    signal slope <-- 2 * p[1] / (p[0] - double) - tangent; // witness
    (tangent + slope) * (p[0] - double) === 2 * p[1];
    out[0] <== slope * slope - 168698 - double - p[0]; //@satisfies(1)
    out[1] <== slope * (p[0] - out[0]) - p[1];
}

/// @title MontgomeryStep: double and add or subtract
/// @input acc[2], p[2] Montgomery coordinates
/// @input bit boolean
/// @output out[2] Montgomery coordinates
/// @requires(1) bit is 0 or 1
/// @requires(2) acc, acc + q, acc - q, 2 acc + q are not the identity, where q = p if bit = 1, else -p
/// @ensures(1) out = 2 acc + q
/// @constraints NL 6, linear 0
/// @argument out = (acc + q) + acc. With s = u(acc + q) and slope l1 of the first chord, v(acc + q) = l1 (u - s) - v, so the slope l2 of the second
///   chord satisfies (l1 + l2)(u - s) = 2v: the middle v is not needed. By requires(2) both chords join points of different u: acc = +-q is excluded,
///   and acc + q = +-acc would mean q = 0 or 2 acc + q = 0.
template MontgomeryStep() {
    signal input acc[2];
    signal input p[2];
    signal input bit;
    signal output out[2];

    signal v <== (2 * bit - 1) * p[1];
    signal slope1 <-- (v - acc[1]) / (p[0] - acc[0]); // witness
    slope1 * (p[0] - acc[0]) === v - acc[1];
    signal middle <== slope1 * slope1 - 168698 - p[0] - acc[0];
    signal slope2 <-- 2 * acc[1] / (acc[0] - middle) - slope1; // witness
    (slope1 + slope2) * (acc[0] - middle) === 2 * acc[1];
    out[0] <== slope2 * slope2 - 168698 - middle - acc[0]; //@satisfies(1)
    out[1] <== slope2 * (acc[0] - out[0]) - acc[1];
}

/// @title EdwardsStepNegative: double and subtract or add, complete
/// @input acc[2], p[2] Edwards coordinates
/// @input bit boolean
/// @output out[2]
/// @requires(1) bit is 0 or 1; acc and p are on the curve
/// @ensures(1) out = 2 acc - p if bit = 1, 2 acc + p if bit = 0
/// @constraints NL 12, linear 0
template EdwardsStepNegative() {
    signal input acc[2];
    signal input p[2];
    signal input bit;
    signal output out[2];

    component double = EdwardsDouble();
    double.p <== acc;
    _ <== double.xx;
    _ <== double.yy;
    component add = EdwardsAdd();
    add.p <== double.out;
    add.q[0] <== (1 - 2 * bit) * p[0];
    add.q[1] <== p[1];
    out <== add.out; //@satisfies(1)
}

/// @title MultiplyBase8: S * B8
/// @input s[251] bits of S, least significant first
/// @output out[2] Edwards coordinates
/// @requires(1) every s[i] is 0 or 1
/// @ensures(1) out = S * B8, on the curve
/// @constraints NL 505, linear 0
template MultiplyBase8() {
    signal input s[251];
    signal output out[2];

    // The table is a parameter: a function called in a template runs again for every witness.
    component core = MultiplyBase8Core(BASE8_WINDOWS(), BASE8_TOP());
    core.s <== s;
    out <== core.out; //@satisfies(1)
}

/// @title MultiplyBase8Core: 83 windows of three bits in Montgomery form, then the top two bits by a complete addition
/// @param WINDOWS BASE8_WINDOWS(); TOP BASE8_TOP()
/// @argument With G = B8/2 and i_w the value of bits 3w..3w+2, window w adds d_w * 8^w * G, d_w = 2 i_w - 7 odd, |d_w| <= 7. The sum of all windows
///   is (S mod 2^249) B8 - (2^249 - 1) G; TOP adds (2^249 - 1) G and the top two bits.
///   No exceptional case: the sum before window w is k * G with k odd (d_0 is) and |k| <= 8^w - 1, the addend e * G with 8^w <= |e| <= 7 * 8^w. So
///   k + e and k - e are not 0 as integers, and |k| + |e| < 8^(w+1) <= 8^83 = 2^249 < order, so they are not 0 mod order either. The result of
///   the last window is k * G with k odd, |k| < 2^249: not the identity, of odd order, as ToEdwards requires.
template MultiplyBase8Core(WINDOWS, TOP) {
    signal input s[251];
    signal output out[2];

    signal pair[83];
    signal picked[83][2];
    signal slope[82];
    signal acc[82][2];
    var sum[2];
    var point[2];
    for (var w = 0; w < 83; w++) {
        // entry i of the window: bilinear in the low two bits, for either value of the third
        pair[w] <== s[3 * w] * s[3 * w + 1];
        for (var c = 0; c < 2; c++) {
            var lower = WINDOWS[w][0][c] + (WINDOWS[w][1][c] - WINDOWS[w][0][c]) * s[3 * w] + (WINDOWS[w][2][c] - WINDOWS[w][0][c]) * s[3 * w + 1]
                + (WINDOWS[w][3][c] - WINDOWS[w][2][c] - WINDOWS[w][1][c] + WINDOWS[w][0][c]) * pair[w];
            var upper = WINDOWS[w][4][c] + (WINDOWS[w][5][c] - WINDOWS[w][4][c]) * s[3 * w] + (WINDOWS[w][6][c] - WINDOWS[w][4][c]) * s[3 * w + 1]
                + (WINDOWS[w][7][c] - WINDOWS[w][6][c] - WINDOWS[w][5][c] + WINDOWS[w][4][c]) * pair[w];
            picked[w][c] <== s[3 * w + 2] * (upper - lower) + lower;
            point[c] = picked[w][c];
        }
        if (w > 0) {
            slope[w - 1] <-- (point[1] - sum[1]) / (point[0] - sum[0]); // witness
            slope[w - 1] * (point[0] - sum[0]) === point[1] - sum[1];
            acc[w - 1][0] <== slope[w - 1] * slope[w - 1] - 168698 - point[0] - sum[0];
            acc[w - 1][1] <== slope[w - 1] * (sum[0] - acc[w - 1][0]) - sum[1];
            sum[0] = acc[w - 1][0];
            sum[1] = acc[w - 1][1];
        } else {
            sum[0] = point[0];
            sum[1] = point[1];
        }
    }

    component edwards = ToEdwards();
    edwards.p <== acc[81];
    component add = EdwardsAdd();
    add.p <== edwards.out;
    for (var c = 0; c < 2; c++) {
        add.q[c] <== s[249] * (TOP[1][c] - TOP[0][c] + (TOP[3][c] - TOP[2][c] - TOP[1][c] + TOP[0][c]) * s[250])
            + TOP[0][c] + (TOP[2][c] - TOP[0][c]) * s[250];
    }
    out <== add.out;
}
