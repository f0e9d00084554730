// Inverses modulo m by the binary extended Euclidean algorithm with 31 steps at a time on approximations of 64 bits (Pornin, "Optimized
// Binary GCD for Modular Inversion", 2020/972, algorithm 2). Six times as fast as Fermat's power.

/// A signed number of 320 bits, in two's complement.
struct Wide {
  u64 w[5];
};

/// (x * f + y * g + q * m) / 2^31, where q makes the sum divisible; without m, when it is known to be divisible.
template <class M, bool modular>
Wide combine(const U256& x, const U256& y, std::int64_t f, std::int64_t g) {
  // |f| + |g| <= 2^31: the sum is below 2^288 in magnitude
  Wide sum{};
  const auto accumulate = [&sum](const U256& factor, std::int64_t times) {
    const u64 magnitude = times < 0 ? u64{0} - static_cast<u64>(times) : static_cast<u64>(times);
    u128 carry = 0;
    u64 borrow = 0;
    for (int i = 0; i < 5; i++) {
      carry += i < 4 ? static_cast<u128>(factor.w[i]) * magnitude : 0;
      const u64 word = static_cast<u64>(carry);
      carry >>= 64;
      if (times < 0) {
        const u128 d = static_cast<u128>(sum.w[i]) - word - borrow;
        sum.w[i] = static_cast<u64>(d);
        borrow = static_cast<u64>(d >> 64) & 1;
      } else {
        const u128 s = static_cast<u128>(sum.w[i]) + word + borrow;
        sum.w[i] = static_cast<u64>(s);
        borrow = static_cast<u64>(s >> 64);
      }
    }
  };
  accumulate(x, f);
  accumulate(y, g);
  if constexpr (modular) accumulate(M::m, static_cast<std::int64_t>((sum.w[0] * negativeInverse<M>()) & 0x7fffffff));
  for (int i = 0; i < 4; i++) sum.w[i] = (sum.w[i] >> 31) | (sum.w[i + 1] << 33);
  sum.w[4] = static_cast<u64>(static_cast<std::int64_t>(sum.w[4]) >> 31);
  return sum;
}

inline bool isNegative(const Wide& x) { return x.w[4] >> 63; }
inline U256 low(const Wide& x) { return {{x.w[0], x.w[1], x.w[2], x.w[3]}}; }

inline unsigned bitLength(const U256& x) {
  for (int i = 3; i >= 0; i--)
    if (x.w[i] != 0) return static_cast<unsigned>(64 * i + 64 - __builtin_clzll(x.w[i]));
  return 0;
}

/// The 31 low bits of x and the 33 bits below bit n.
inline u64 approximation(const U256& x, unsigned n) {
  const unsigned at = n - 33, word = at / 64, shift = at % 64;
  u64 high = x.w[word] >> shift;
  if (shift != 0 && word < 3) high |= x.w[word + 1] << (64 - shift);
  return (x.w[0] & 0x7fffffff) | (high << 31);
}

/// 1 / y mod m for y in [0, m); 0 for 0. Plain numbers. Its time depends on y.
template <class M>
U256 modularInverse(const U256& y) {
  U256 a = y, b = M::m, u{{1, 0, 0, 0}}, v{};
  if (isZero(y)) return y;
  while (!isZero(a)) {
    const unsigned n = std::max({bitLength(a), bitLength(b), 64U});
    u64 x = approximation(a, n), z = approximation(b, n);
    std::int64_t f0 = 1, g0 = 0, f1 = 0, g1 = 1;
    for (int j = 0; j < 31; j++) {
      const u64 odd = u64{0} - (x & 1), swap = odd & (u64{0} - static_cast<u64>(x < z));
      const auto exchange = [swap](auto& p, auto& q) {
        const u64 d = (static_cast<u64>(p) ^ static_cast<u64>(q)) & swap;
        p ^= d;
        q ^= d;
      };
      exchange(x, z);
      exchange(f0, f1);
      exchange(g0, g1);
      x = (x - (z & odd)) >> 1;
      f0 -= f1 & static_cast<std::int64_t>(odd);
      g0 -= g1 & static_cast<std::int64_t>(odd);
      f1 *= 2;
      g1 *= 2;
    }
    const auto exact = [&](std::int64_t& f, std::int64_t& g) {
      Wide t = combine<M, false>(a, b, f, g);
      if (isNegative(t)) {
        f = -f;
        g = -g;
        t = combine<M, false>(a, b, f, g);
      }
      return low(t);
    };
    const U256 nextA = exact(f0, g0), nextB = exact(f1, g1);
    const auto reduced = [&](std::int64_t f, std::int64_t g) {
      const Wide t = combine<M, true>(u, v, f, g);  // in (-m, 2m)
      if (isNegative(t)) return plus(low(t), M::m);
      return lessThan(low(t), M::m) ? low(t) : minus(low(t), M::m);
    };
    const U256 nextU = reduced(f0, g0);
    v = reduced(f1, g1);
    a = nextA;
    b = nextB;
    u = nextU;
  }
  return v;  // b = 1 = v * y
}
