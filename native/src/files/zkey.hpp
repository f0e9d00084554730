// Proving keys and witnesses as snarkjs writes them.
#pragma once
#include <vector>

#include "binfile.hpp"

namespace zk {

constexpr std::size_t g1Size = 64, g2Size = 128, coefficientSize = 44;

/// A Groth16 proving key. Points are affine, in Montgomery form with R = 2^256, zero for infinity.
struct Zkey {
  /// @throws Failure ARTIFACT_CORRUPT, or KEY_MISMATCH for a protocol or curve that is not this one
  explicit Zkey(Span bytes);

  std::uint32_t nVars, nPublic, power;
  u64 domainSize;
  const unsigned char *alpha1, *beta1, *beta2, *delta1, *delta2;
  const unsigned char *a, *b1, *b2, *c, *h;  // nVars, nVars, nVars, nVars - nPublic - 1, domainSize points
  /// matrix (0 A, 1 B), constraint, wire, value in Montgomery form twice over
  const unsigned char* coefficients;
  u64 nCoefficients;
};

/// The values of all wires, plain and below the field's order: a copy, on which that was checked.
struct Witness {
  /// @throws Failure ARTIFACT_CORRUPT
  explicit Witness(Span bytes);
  std::vector<U256> values;
};

}  // namespace zk
