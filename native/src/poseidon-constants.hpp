// The constants of Poseidon (2019/458) over the scalar field as circomlib has them, with sparse matrices in the partial rounds (appendix B).
#pragma once
#include <cstddef>

#include "moduli.hpp"

namespace zk {

/// One width's constants in the order of use, plain numbers of 32 bytes, least significant first, together in base64. With t words:
///   added at the start (t); added after the full rounds 0, 1, 2 (t each); the matrix, by rows (t * t);
///   added to word 0 after full round 3 (1); the matrix of full round 3 (t * t);
///   for every partial round: added to word 0 (1), the row and the column of its sparse matrix without the corner (t - 1 each);
///   added to words 1.. after them (t - 1); added after the full rounds 4, 5, 6 (t each)
struct PoseidonConstants {
  unsigned partialRounds;
  const char* base64;
};

/// By arity less one; an arity of n has t = n + 1 words.
extern const PoseidonConstants poseidonConstants[16];

/// How many numbers the base64 of an arity holds.
constexpr std::size_t constantCount(unsigned arity, unsigned partialRounds) {
  const std::size_t t = arity + 1;
  return 7 * t + 2 * t * t + 1 + partialRounds * (2 * t - 1) + t - 1;
}
/// Writes them, plain.
void decodeConstants(unsigned arity, U256* out);

}  // namespace zk
