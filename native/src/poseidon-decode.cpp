#include <cstring>

#include "poseidon-constants.hpp"

namespace zk {

namespace {

/// A digit of base64 (RFC 4648); the generated text has no others.
unsigned digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  return c == '+' ? 62 : 63;
}

}  // namespace

void decodeConstants(unsigned arity, U256* out) {
  const PoseidonConstants& constants = poseidonConstants[arity - 1];
  const std::size_t size = 32 * constantCount(arity, constants.partialRounds);
  const char* in = constants.base64;
  auto* bytes = reinterpret_cast<unsigned char*>(out);
  for (std::size_t i = 0; i < size; i += 3, in += 4) {
    const unsigned bits = digit(in[0]) << 18 | digit(in[1]) << 12 | digit(in[2]) << 6 | digit(in[3]);
    for (std::size_t j = 0; j < 3 && i + j < size; j++) bytes[i + j] = static_cast<unsigned char>(bits >> (16 - 8 * j));
  }
}

}  // namespace zk
