pragma circom 2.2.0;

include "poseidon-constants.circom";

/// @title Poseidon: the hash of 2 to 16 field elements (eprint 2019/458; same values as circomlib, circomlibjs and poseidon-lite)
/// @param nInputs 2..16
/// @input inputs[nInputs] field elements
/// @output out first word of the permutation of (0, inputs)
/// @ensures(1) out = Poseidon(inputs)
/// @constraints NL 3 * (8t + RP) - 3, linear t - 1, where t = nInputs + 1 and RP = POSEIDON_PARTIAL_ROUNDS(t): 240 + 2 for 2, 297 + 4 for 4,
///   402 + 8 for 8, 609 + 16 for 16
template Poseidon(nInputs) {
    signal input inputs[nInputs];
    signal output out;

    assert(nInputs >= 2 && nInputs <= 16);
    var t = nInputs + 1;
    // Constants are parameters of the core: a function called inside a template runs again for every witness and every instance.
    component core = PoseidonCore(
        t, POSEIDON_PARTIAL_ROUNDS(t), POSEIDON_FIRST(t), POSEIDON_FULL(t), POSEIDON_MIX(t), POSEIDON_MIX_INVERSE(t),
        POSEIDON_ENTRY(t), POSEIDON_ENTRY_INVERSE(t), POSEIDON_SPARSE_ROW(t), POSEIDON_SPARSE_COLUMN(t), POSEIDON_PARTIAL(t),
        POSEIDON_EXIT(t), POSEIDON_CORNER_INVERSE(t)
    );
    core.inputs <== inputs;
    out <== core.out; //@satisfies(1)
}

/// @title PoseidonCore: the permutation, with signals chosen so that A and B stay sparse at --O1
/// @notice Signals are S-box *inputs* u, with u^2 and u^4. The third row of an S-box is u^4 * u = y, and y is a linear form in the next u's, so
///   linear forms stand on the C side only, which a Groth16 prover never reads.
/// @param t width; RP partial rounds; the others as named in circuits/generate-constants.ts
/// @ensures(1) out = word 0 of the permutation of (0, inputs)
/// @argument In a full round the t next words are hinted and bound by t rows u4_j * u_j === (inverse matrix * next)_j - constant. The matrix is
///   invertible (the generator computes the inverse), so exactly one vector satisfies them. Every other signal is assigned by `<==`.
template PoseidonCore(t, RP, FIRST, FULL, MIX, MIX_INVERSE, ENTRY, ENTRY_INVERSE, SPARSE_ROW, SPARSE_COLUMN, PARTIAL, EXIT, CORNER_INVERSE) {
    signal input inputs[t - 1];
    signal output out;

    // full round 0; word 0 enters as a constant, so it needs no S-box
    signal first2[t - 1];
    signal first4[t - 1];
    signal first5[t - 1];
    // full rounds 1..3: S-box inputs of round 1 are linear forms, those of rounds 2 and 3 are head[0] and head[1]
    signal head[2][t];
    signal head2[3][t];
    signal head4[3][t];
    // partial rounds: the state that enters them, and word 0 after each of them
    signal entered[t];
    signal word0[RP];
    signal partial2[RP];
    signal partial4[RP];
    // full rounds 4..7: words 1.. that enter round 4, and S-box inputs of rounds 5, 6, 7
    signal left[t - 1];
    signal tail[3][t];
    signal tail2[4][t];
    signal tail4[4][t];
    signal last5[t - 1];

    var state[t];
    var y[t];
    var sum;

    // full round 0
    var square = FIRST[0] * FIRST[0];
    y[0] = square * square * FIRST[0];
    for (var j = 1; j < t; j++) {
        var x = inputs[j - 1] + FIRST[j];
        first2[j - 1] <== x * x;
        first4[j - 1] <== first2[j - 1] * first2[j - 1];
        first5[j - 1] <== first4[j - 1] * x;
        y[j] = first5[j - 1];
    }
    for (var i = 0; i < t; i++) {
        state[i] = 0;
        for (var j = 0; j < t; j++) { state[i] += MIX[i][j] * (y[j] + FULL[0][j]); }
    }

    // full rounds 1, 2, 3
    for (var r = 0; r < 3; r++) {
        for (var j = 0; j < t; j++) {
            head2[r][j] <== state[j] * state[j];
            head4[r][j] <== head2[r][j] * head2[r][j];
        }
        for (var i = 0; i < t; i++) {
            sum = 0;
            for (var j = 0; j < t; j++) { sum += (r < 2 ? MIX[i][j] : ENTRY[i][j]) * (head4[r][j] * state[j] + FULL[r + 1][j]); }
            if (r < 2) { head[r][i] <-- sum; } else { entered[i] <-- sum; } // witness
        }
        for (var j = 0; j < t; j++) {
            sum = -FULL[r + 1][j];
            for (var i = 0; i < t; i++) { sum += r < 2 ? MIX_INVERSE[j][i] * head[r][i] : ENTRY_INVERSE[j][i] * entered[i]; }
            head4[r][j] * state[j] === sum;
        }
        for (var i = 0; i < t; i++) { state[i] = r < 2 ? head[r][i] : entered[i]; }
    }

    // partial rounds: one S-box, sparse matrices
    for (var r = 0; r < RP; r++) {
        partial2[r] <== state[0] * state[0];
        partial4[r] <== partial2[r] * partial2[r];
        sum = PARTIAL[r];
        for (var i = 1; i < t; i++) { sum += SPARSE_ROW[r][i - 1] * state[i]; }
        word0[r] <== MIX[0][0] * partial4[r] * state[0] + sum;
        var power5 = (word0[r] - sum) * CORNER_INVERSE;
        for (var i = 1; i < t; i++) { state[i] += SPARSE_COLUMN[r][i - 1] * power5; }
        state[0] = word0[r];
    }
    // t - 1 linear rows: without them words 1.. would enter round 4 as forms of RP + t terms, on the A and B side
    for (var i = 1; i < t; i++) {
        left[i - 1] <== state[i] + EXIT[i - 1];
        state[i] = left[i - 1];
    }

    // full rounds 4, 5, 6
    for (var r = 0; r < 3; r++) {
        for (var j = 0; j < t; j++) {
            tail2[r][j] <== state[j] * state[j];
            tail4[r][j] <== tail2[r][j] * tail2[r][j];
        }
        for (var i = 0; i < t; i++) {
            sum = 0;
            for (var j = 0; j < t; j++) { sum += MIX[i][j] * (tail4[r][j] * state[j] + FULL[4 + r][j]); }
            tail[r][i] <-- sum; // witness
        }
        for (var j = 0; j < t; j++) {
            sum = -FULL[4 + r][j];
            for (var i = 0; i < t; i++) { sum += MIX_INVERSE[j][i] * tail[r][i]; }
            tail4[r][j] * state[j] === sum;
        }
        for (var i = 0; i < t; i++) { state[i] = tail[r][i]; }
    }

    // full round 7: only word 0 of the result is wanted
    sum = 0;
    for (var j = 0; j < t; j++) {
        tail2[3][j] <== state[j] * state[j];
        tail4[3][j] <== tail2[3][j] * tail2[3][j];
        if (j > 0) {
            last5[j - 1] <== tail4[3][j] * state[j];
            sum += MIX[0][j] * last5[j - 1];
        }
    }
    out <== MIX[0][0] * tail4[3][0] * state[0] + sum; //@satisfies(1)
}
