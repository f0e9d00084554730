// Constraint systems as circom writes them (iden3/r1csfile, doc/r1cs_bin_format.md, version 1).
#pragma once
#include <vector>

#include "binfile.hpp"

namespace zk {

constexpr std::size_t termSize = 36;  // a wire and its factor

/// A circuit's constraints. For each: three rows (A, B, C), each a count and its terms, whose factors are plain and below the field's order.
/// Once constructed, every row lies inside the file and every term names an existing wire, unless the file changes.
struct R1cs {
  /// @throws Failure ARTIFACT_CORRUPT, or KEY_MISMATCH for another field or more constraints than BN254 has room for
  R1cs(Span bytes, const Task& task);

  std::uint32_t nWires, nPublic, nConstraints;
  /// The domain that snarkjs takes, 2^power: a row for each constraint, and one for the constant and each public wire.
  unsigned power;
  u64 domainSize;
  /// Terms in the rows of A and B.
  u64 nCoefficients = 0;

  /// Places in the file from which constraints can be read.
  static constexpr std::uint32_t constraintsPerBlock = 1024;
  struct Block {
    const unsigned char* at;
    u64 coefficientsBefore;
  };
  std::vector<Block> blocks;
  const unsigned char* end;

 private:
  void readHeader(Cursor in);
  void readConstraints(Cursor in, const Task& task);
};

}  // namespace zk
