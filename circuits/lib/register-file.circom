pragma circom 2.2.0;

/// Registers are arrays of signals; an access picks one by its address and pays for reading all of them.

/// @title SelectByAddress: which register an access means
/// @param T 1.., number of registers
/// @input addresses[T] pairwise distinct
/// @input addr address wanted
/// @input used boolean, 0 for an access that does nothing
/// @output sel[T] booleans
/// @requires(1) the addresses are pairwise distinct (the caller orders them strictly)
/// @requires(2) used is 0 or 1
/// @ensures(1) used = 1: some addresses[j] = addr, sel[j] = 1 and all others are 0
/// @ensures(2) used = 0: all sel[j] = 0, whatever addr is
/// @constraints NL T, linear 1
template SelectByAddress(T) {
    signal input addresses[T];
    signal input addr;
    signal input used;
    signal output sel[T];

    assert(T >= 1);
    var sum = 0;
    for (var j = 0; j < T; j++) {
        sel[j] <-- addresses[j] == addr ? used : 0; // witness
        sel[j] * (addresses[j] - addr) === 0; // zero unless the address matches, and at most one does by requires(1)
        sum += sel[j];
    }
    sum === used; //@satisfies(1) (2) the only sel[j] that may differ from 0 equals `used`
}

/// @title ReadRegisters: the words of the selected register
/// @param T 1.., d 1..: registers and words in each
/// @input sel[T] booleans, at most one 1
/// @input reg[T][d]
/// @output v[d]
/// @requires(1) sel comes from SelectByAddress or OneHot
/// @ensures(1) v = reg[j] if sel[j] = 1; all zeros if no sel[j] is 1
/// @constraints NL T * d, linear 0
template ReadRegisters(T, d) {
    signal input sel[T];
    signal input reg[T][d];
    signal output v[d];

    assert(T >= 1 && d >= 1);
    signal word[T - 1][d];
    for (var f = 0; f < d; f++) {
        var sum = 0;
        for (var j = 0; j < T - 1; j++) {
            word[j][f] <== sel[j] * reg[j][f];
            sum += word[j][f];
        }
        v[f] <== sel[T - 1] * reg[T - 1][f] + sum; //@satisfies(1)
    }
}

/// @title AddToRegisters: adds to the words of the selected register
/// @param T 1.., d 1..: registers and words in each
/// @input sel[T] booleans, at most one 1
/// @input reg[T][d]
/// @input add[d]
/// @output out[T][d]
/// @requires(1) sel comes from SelectByAddress or OneHot
/// @ensures(1) out[j] = reg[j] + add if sel[j] = 1, else reg[j]
/// @constraints NL T * d, linear 0
template AddToRegisters(T, d) {
    signal input sel[T];
    signal input reg[T][d];
    signal input add[d];
    signal output out[T][d];

    for (var j = 0; j < T; j++) {
        for (var f = 0; f < d; f++) { out[j][f] <== reg[j][f] + sel[j] * add[f]; } //@satisfies(1)
    }
}
