// The two prime fields of BN254 (EIP-196, EIP-197), and what Montgomery arithmetic derives from them at compile time.
#pragma once
#include <cstdint>

namespace zk {

using u64 = std::uint64_t;
using u128 = unsigned __int128;

/// A 256-bit number, least significant word first.
struct U256 {
  u64 w[4];
};

constexpr bool operator==(const U256& a, const U256& b) {
  return a.w[0] == b.w[0] && a.w[1] == b.w[1] && a.w[2] == b.w[2] && a.w[3] == b.w[3];
}

constexpr bool lessThan(const U256& a, const U256& b) {
  for (int i = 3; i >= 0; i--)
    if (a.w[i] != b.w[i]) return a.w[i] < b.w[i];
  return false;
}

/// a + b mod 2^256
constexpr U256 plus(const U256& a, const U256& b) {
  U256 out{};
  u128 carry = 0;
  for (int i = 0; i < 4; i++) {
    carry += static_cast<u128>(a.w[i]) + b.w[i];
    out.w[i] = static_cast<u64>(carry);
    carry >>= 64;
  }
  return out;
}

/// a - b mod 2^256
constexpr U256 minus(const U256& a, const U256& b) {
  U256 out{};
  u64 borrow = 0;
  for (int i = 0; i < 4; i++) {
    const u128 d = static_cast<u128>(a.w[i]) - b.w[i] - borrow;
    out.w[i] = static_cast<u64>(d);
    borrow = static_cast<u64>(d >> 64) & 1;
  }
  return out;
}

constexpr bool bitOf(const U256& a, unsigned i) { return (a.w[i / 64] >> (i % 64)) & 1; }

constexpr bool isZero(const U256& a) { return (a.w[0] | a.w[1] | a.w[2] | a.w[3]) == 0; }

/// The base field of the curve.
struct BaseModulus {
  static constexpr U256 m{{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}};
};

/// The scalar field: the order of the groups, and the field of the circuits.
struct ScalarModulus {
  static constexpr U256 m{{0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
};

/// 2^bits mod M, by doubling.
template <class M>
constexpr U256 powerOfTwo(unsigned bits) {
  U256 x{{1, 0, 0, 0}};
  for (unsigned i = 0; i < bits; i++) {
    x = plus(x, x);
    if (!lessThan(x, M::m)) x = minus(x, M::m);
  }
  return x;
}

/// -1 / m mod 2^64, by Newton's iteration. Its low 52 bits serve radix 2^52.
template <class M>
constexpr u64 negativeInverse() {
  u64 x = 1;
  for (int i = 0; i < 6; i++) x *= 2 - M::m.w[0] * x;
  return 0 - x;
}

}  // namespace zk
