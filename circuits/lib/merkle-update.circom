pragma circom 2.2.0;

include "poseidon.circom";
include "range.circom";

/// 4-ary Merkle trees: a node is Poseidon(4) of its children. An update shows the children on the path *before* it; the old and the new path
/// share every sibling because the new children are the old ones with one of them replaced.

/// @title Level4Update: one level of an update
/// @input children[4] of the node before
/// @input b0, b1 booleans; the child meant is number b0 + 2 * b1
/// @input old, new value of that child before and after
/// @output oldUp, newUp the node before and after
/// @requires(1) b0 and b1 are 0 or 1
/// @ensures(1) children[b0 + 2 * b1] = old
/// @ensures(2) oldUp = Poseidon(children); newUp = Poseidon(children with that child replaced by new)
/// @constraints NL 601, linear 9
template Level4Update() {
    signal input children[4];
    signal input b0;
    signal input b1;
    signal input old;
    signal input new;
    signal output oldUp;
    signal output newUp;

    signal both <== b0 * b1;
    signal low <== b0 * (children[1] - children[0]);
    signal high <== b0 * (children[3] - children[2]);
    //@satisfies(1) children[0] + low if b1 = 0, children[2] + high if b1 = 1
    b1 * (children[2] + high - children[0] - low) === old - children[0] - low;

    var change = new - old;
    signal after[4];
    after[1] <== children[1] + (b0 - both) * change;
    after[2] <== children[2] + (b1 - both) * change;
    after[3] <== children[3] + both * change;
    // the four selectors sum to 1, so the changes sum to `change`
    after[0] <== children[0] + change - (after[1] - children[1]) - (after[2] - children[2]) - (after[3] - children[3]);

    oldUp <== Poseidon(4)(children); //@satisfies(2)
    newUp <== Poseidon(4)(after); //@satisfies(2)
}

/// @title PathUpdate: an update of one leaf of a subtree
/// @param nLevels 1..
/// @input children[nLevels][4] on the path before the update, children[0] with the leaf
/// @input bits[2 * nLevels] leaf number, least significant first; bits 2i and 2i + 1 pick the child at level i counted from the leaves
/// @input old, new leaf before and after
/// @output oldRoot, newRoot
/// @requires(1) every bits[i] is 0 or 1
/// @ensures(1) old is the leaf with that number in the tree oldRoot, and newRoot is that tree with the leaf replaced by new
/// @constraints NL 601 * nLevels, linear 9 * nLevels
template PathUpdate(nLevels) {
    signal input children[nLevels][4];
    signal input bits[2 * nLevels];
    signal input old;
    signal input new;
    signal output oldRoot;
    signal output newRoot;

    assert(nLevels >= 1);
    component level[nLevels];
    for (var i = 0; i < nLevels; i++) {
        level[i] = Level4Update();
        level[i].children <== children[i];
        level[i].b0 <== bits[2 * i];
        level[i].b1 <== bits[2 * i + 1];
        if (i == 0) {
            level[i].old <== old;
            level[i].new <== new;
        } else {
            level[i].old <== level[i - 1].oldUp;
            level[i].new <== level[i - 1].newUp;
        }
    }
    oldRoot <== level[nLevels - 1].oldUp; //@satisfies(1) by Level4Update at every level
    newRoot <== level[nLevels - 1].newUp;
}

/// @title TopRoot: the root over the 16 nodes two levels below it
/// @input top[16] from left to right
/// @output root
/// @ensures(1) root = Poseidon of the four Poseidon(top[4g..4g+3])
/// @constraints NL 1485, linear 20
template TopRoot() {
    signal input top[16];
    signal output root;

    signal group[4];
    for (var g = 0; g < 4; g++) { group[g] <== Poseidon(4)([top[4 * g], top[4 * g + 1], top[4 * g + 2], top[4 * g + 3]]); }
    root <== Poseidon(4)(group); //@satisfies(1)
}

/// @title Replace16: reads one of 16 values and replaces it
/// @input values[16]
/// @input bits[4] number of the value, least significant first
/// @input old, new that value before and after
/// @output after[16]
/// @requires(1) every bits[i] is 0 or 1
/// @ensures(1) values[number] = old
/// @ensures(2) after = values with values[number] replaced by new
/// @constraints NL 36, linear 0
template Replace16() {
    signal input values[16];
    signal input bits[4];
    signal input old;
    signal input new;
    signal output after[16];

    // read: one of four in each group of four, then one of the four groups
    signal low[5];
    signal high[5];
    signal picked[4];
    for (var g = 0; g < 4; g++) {
        low[g] <== bits[0] * (values[4 * g + 1] - values[4 * g]);
        high[g] <== bits[0] * (values[4 * g + 3] - values[4 * g + 2]);
        picked[g] <== values[4 * g] + low[g] + bits[1] * (values[4 * g + 2] + high[g] - values[4 * g] - low[g]);
    }
    low[4] <== bits[2] * (picked[1] - picked[0]);
    high[4] <== bits[2] * (picked[3] - picked[2]);
    bits[3] * (picked[2] + high[4] - picked[0] - low[4]) === old - picked[0] - low[4]; //@satisfies(1)

    // write: the change goes to one group, and inside it to one value
    signal inner <== bits[0] * bits[1];
    signal outer <== bits[2] * bits[3];
    var place[4] = [1 - bits[0] - bits[1] + inner, bits[0] - inner, bits[1] - inner, inner];
    var change[4];
    signal part[3];
    part[0] <== (bits[2] - outer) * (new - old);
    part[1] <== (bits[3] - outer) * (new - old);
    part[2] <== outer * (new - old);
    change[0] = new - old - part[0] - part[1] - part[2];
    for (var g = 1; g < 4; g++) { change[g] = part[g - 1]; }
    for (var g = 0; g < 4; g++) {
        for (var i = 0; i < 4; i++) { after[4 * g + i] <== values[4 * g + i] + place[i] * change[g]; } //@satisfies(2)
    }
}

/// @title TreeUpdates: updates of several leaves of one tree, one after the other
/// @notice The 16 nodes two levels below the root are held as registers and hashed up once before and once after all updates.
/// @param nOpen 1.., number of updates
/// @param nLevels 3..126
/// @input index[nOpen] leaf numbers; base-4 digit i, least significant first, picks the child at level i counted from the leaves
/// @input children[nOpen][nLevels - 2][4] on the path of each update, after the updates before it
/// @input oldLeaf[nOpen], newLeaf[nOpen]
/// @input top[16] the nodes two levels below the root before all updates, left to right
/// @output oldRoot, newRoot before and after all updates
/// @ensures(1) 0 <= index[k] < 4^nLevels
/// @ensures(2) with R_0 = oldRoot: oldLeaf[k] is leaf index[k] of tree R_k, and R_{k+1} is that tree with the leaf replaced by newLeaf[k]
/// @ensures(3) newRoot = R_nOpen
/// @notice Indices may repeat; a repeated one must show the leaf written before.
/// @constraints NL nOpen * (601 * (nLevels - 2) + 2 * nLevels + 36) + 2970, linear nOpen * (9 * (nLevels - 2) + 1) + 40
template TreeUpdates(nOpen, nLevels) {
    signal input index[nOpen];
    signal input children[nOpen][nLevels - 2][4];
    signal input oldLeaf[nOpen];
    signal input newLeaf[nOpen];
    signal input top[16];
    signal output oldRoot;
    signal output newRoot;

    assert(nOpen >= 1 && nLevels >= 3 && nLevels <= 126);
    var nLow = nLevels - 2;
    component bits[nOpen];
    component path[nOpen];
    component replace[nOpen];
    for (var k = 0; k < nOpen; k++) {
        bits[k] = Bits(2 * nLevels);
        bits[k].in <== index[k]; //@satisfies(1)
        path[k] = PathUpdate(nLow); // its requires(1) by Bits
        path[k].children <== children[k];
        for (var i = 0; i < 2 * nLow; i++) { path[k].bits[i] <== bits[k].out[i]; }
        path[k].old <== oldLeaf[k];
        path[k].new <== newLeaf[k];
        replace[k] = Replace16(); // its requires(1) by Bits
        for (var i = 0; i < 4; i++) { replace[k].bits[i] <== bits[k].out[2 * nLow + i]; }
        replace[k].old <== path[k].oldRoot; //@satisfies(2) the subtree shown is the one in the register
        replace[k].new <== path[k].newRoot;
        for (var i = 0; i < 16; i++) {
            if (k == 0) { replace[k].values[i] <== top[i]; } else { replace[k].values[i] <== replace[k - 1].after[i]; }
        }
    }
    oldRoot <== TopRoot()(top);
    newRoot <== TopRoot()(replace[nOpen - 1].after); //@satisfies(3)
}
