pragma circom 2.2.0;

include "baby-jubjub.circom";
include "poseidon.circom";
include "range.circom";

/// @title EdDSAVerify: a signature over Baby Jubjub with Poseidon, as made by circomlibjs eddsa.signPoseidon
/// @notice S * B8 = R8 + h * 8A with h = Poseidon(R8x, R8y, Ax, Ay, M). R8 is computed as S * B8 - h * 8A and compared, so nothing about R8 is assumed.
/// @input Ax, Ay public key; R8x, R8y, S signature; M message. Any field elements.
/// @ensures(1) A is on the curve
/// @ensures(2) 8A is not the identity: keys of order 1, 2, 4, 8 are refused
/// @ensures(3) S < BABY_JUBJUB_ORDER(), so a signature has one encoding
/// @ensures(4) h is the hash as an integer in [0, r): its digits are canonical
/// @ensures(5) R8 = S * B8 - h * 8A; so R8 is on the curve and in the prime subgroup
/// @constraints NL 3110, linear 17
/// @argument *Scalar.* With P = -8A of prime order l, h * P = N * P for N = h + 11 l. Since 11 l >= 2^254 and r + 11 l < 2^255, bit 254 of N is 1, and
///   its other 254 bits are n = h + L, L = CHALLENGE_OFFSET() = 11 l - 2^254. The bits satisfy n = h + L mod r and L <= n <= L + r - 1 as
///   integers; an interval of r integers meets every class once, so n = h + L with the canonical h.
///   *Ladder.* Let N_s = N >> s. Before the step that reads bit s - 1 the accumulator is (2 N_s + 1) P: it starts at 3P (N_254 = 1), and
///   2 (2 N_s + 1) + 2 b - 1 = 2 (2 N_s + b) + 1. After bit 1 it is (2 N_1 + 1) P = N P + (1 - b_0) P; the last addition removes (1 - b_0) P.
///   *No exceptional case.* MontgomeryStep for bit s - 1 needs k, k +- 1 and 2k +- 1 not 0 mod l for k = 2 N_s + 1. N < 19 l < 2^254.9, and the
///   Montgomery steps read bits 253..6, so s >= 7: 3 <= k < 2^248.9 and 2k + 1 < 2^249.9 < l = 2^250.59.... All five are between 1 and l - 1.
///   After them k = 2 N_6 + 1 < 2^249.9 < l is not 0 either, as ToEdwards requires. Bits 5..1 use complete formulas, since 2k + 1 may now be l.
template EdDSAVerify() {
    signal input Ax;
    signal input Ay;
    signal input R8x;
    signal input R8y;
    signal input S;
    signal input M;

    component eight = TimesEight();
    eight.p <== [Ax, Ay]; //@satisfies(1)
    component P = NegativeToMontgomery();
    P.p <== eight.out; //@satisfies(2) its requires(1) by TimesEight

    component sBits = Bits(251);
    sBits.in <== S;
    component sBelow = AssertAtMostBits(251, BABY_JUBJUB_ORDER() - 1);
    sBelow.bits <== sBits.out; //@satisfies(3)
    component sB8 = MultiplyBase8();
    sB8.s <== sBits.out;

    signal h <== Poseidon(5)([R8x, R8y, Ax, Ay, M]);
    component challenge = ChallengeBits(CHALLENGE_OFFSET(), CHALLENGE_MAX(), CHALLENGE_MIN_COMPLEMENT());
    challenge.h <== h; //@satisfies(4)

    var nMontgomery = 248; // bits 253..6
    component triple = MontgomeryTriple();
    triple.p <== P.out;
    component step[nMontgomery];
    for (var i = 0; i < nMontgomery; i++) {
        step[i] = MontgomeryStep();
        if (i == 0) { step[i].acc <== triple.out; } else { step[i].acc <== step[i - 1].out; }
        step[i].p <== P.out;
        step[i].bit <== challenge.n[253 - i];
    }

    // Edwards coordinates of P: (-x, y). To add +-P with x negated, the bit's sign is turned instead: no row for -x.
    component edwards = ToEdwards();
    edwards.p <== step[nMontgomery - 1].out;
    component last[5];
    for (var i = 0; i < 5; i++) {
        last[i] = EdwardsStepNegative();
        if (i == 0) { last[i].acc <== edwards.out; } else { last[i].acc <== last[i - 1].out; }
        last[i].p <== eight.out;
        last[i].bit <== challenge.n[5 - i];
    }

    // (1 - b0) * 8A: the identity (0, 1) if b0 = 1
    component even = EdwardsAdd();
    even.p <== last[4].out;
    even.q[0] <== (1 - challenge.n[0]) * eight.out[0];
    even.q[1] <== 1 + (1 - challenge.n[0]) * (eight.out[1] - 1);

    component R8 = EdwardsAdd();
    R8.p <== sB8.out;
    R8.q <== even.out;
    R8.out === [R8x, R8y]; //@satisfies(5)
}

/// @title ChallengeBits: the digits of h + OFFSET as an integer
/// @param OFFSET, MAX, MIN_COMPLEMENT as generated: MAX has the digits of OFFSET + r - 1, MIN_COMPLEMENT those of 2^254 - 1 - OFFSET
/// @input h any field element
/// @output n[254] booleans, least significant first
/// @ensures(1) sum of n[i] * 2^i = h + OFFSET as integers, with 0 <= h < r
/// @constraints NL 254 + zero runs of the two bounds, linear 1 + CompareBits
template ChallengeBits(OFFSET, MAX, MIN_COMPLEMENT) {
    signal input h;
    signal output n[254];

    // h + OFFSET may pass r, so the hints add limbs of 127 bits
    var low = (h & ((1 << 127) - 1)) + (OFFSET & ((1 << 127) - 1));
    var high = (h >> 127) + (OFFSET >> 127) + (low >> 127);
    var sum = 0;
    for (var i = 0; i < 254; i++) {
        n[i] <-- i < 127 ? (low >> i) & 1 : (high >> (i - 127)) & 1; // witness
        n[i] * (1 - n[i]) === 0;
        sum += n[i] * (1 << i);
    }
    sum === h + OFFSET; // mod r
    component atMost = CompareBits(254, MAX, 0);
    atMost.bits <== n; //@satisfies(1) n <= OFFSET + r - 1
    component atLeast = CompareBits(254, MIN_COMPLEMENT, 1);
    atLeast.bits <== n; //@satisfies(1) n >= OFFSET: with both, one n is left for every h
}
