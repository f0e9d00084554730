// One field element at a time: four 64-bit limbs, Montgomery form with R = 2^256, always fully reduced.
// Multiplication interleaves product and reduction by rows (CIOS; Koc, Acar, Kaliski, "Analyzing and Comparing Montgomery Multiplication
// Algorithms", 1996). The modulus leaves the top bit of its top limb free, so that no row overflows ("no-carry", gnark-crypto).

/// One lane of arithmetic modulo M: the interface of every lane type.
///
/// A value is "ready" when it may be a factor, "stored" when it may also be a term of add and sub or be written to memory. Here both mean
/// reduced; lanes of 52-bit limbs make the difference. Functions that end in n return stored values, the others ready ones.
template <class M>
struct ScalarLane {
  using Modulus = M;
  static constexpr unsigned lanes = 1;
  static constexpr unsigned radixBits = 256;
  using Mask = unsigned;
  struct V {
    u64 l[4];
  };

#if ZK_HAS_ADX
  // Carries stay in the flags: compilers make branches or byte registers of them.
  ZK_INLINE static V reduceOnce(const V& a) {
    u64 d0 = a.l[0], d1 = a.l[1], d2 = a.l[2], d3 = a.l[3];
    asm("subq %[m0], %[d0]\n"
        "sbbq %[m1], %[d1]\n"
        "sbbq %[m2], %[d2]\n"
        "sbbq %[m3], %[d3]\n"
        "cmovcq %[a0], %[d0]\n"
        "cmovcq %[a1], %[d1]\n"
        "cmovcq %[a2], %[d2]\n"
        "cmovcq %[a3], %[d3]\n"
        : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3)
        : [a0] "rm"(a.l[0]), [a1] "rm"(a.l[1]), [a2] "rm"(a.l[2]), [a3] "rm"(a.l[3]), [m0] "m"(M::m.w[0]), [m1] "m"(M::m.w[1]),
          [m2] "m"(M::m.w[2]), [m3] "m"(M::m.w[3])
        : "cc");
    return {{d0, d1, d2, d3}};
  }

  ZK_INLINE static V add(const V& a, const V& b) {
    u64 s0 = a.l[0], s1 = a.l[1], s2 = a.l[2], s3 = a.l[3];
    asm("addq %[b0], %[s0]\n"
        "adcq %[b1], %[s1]\n"
        "adcq %[b2], %[s2]\n"
        "adcq %[b3], %[s3]\n"
        : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3)
        : [b0] "rm"(b.l[0]), [b1] "rm"(b.l[1]), [b2] "rm"(b.l[2]), [b3] "rm"(b.l[3])
        : "cc");
    return reduceOnce({{s0, s1, s2, s3}});  // 2m < 2^255: no carry out
  }

  ZK_INLINE static V sub(const V& a, const V& b) {
    u64 d0 = a.l[0], d1 = a.l[1], d2 = a.l[2], d3 = a.l[3], f0, f1, f2, f3;
    asm("subq %[b0], %[d0]\n"
        "sbbq %[b1], %[d1]\n"
        "sbbq %[b2], %[d2]\n"
        "sbbq %[b3], %[d3]\n"
        "sbbq %[f0], %[f0]\n"
        "movq %[f0], %[f1]\n"
        "movq %[f0], %[f2]\n"
        "movq %[f0], %[f3]\n"
        "andq %[m0], %[f0]\n"
        "andq %[m1], %[f1]\n"
        "andq %[m2], %[f2]\n"
        "andq %[m3], %[f3]\n"
        "addq %[f0], %[d0]\n"
        "adcq %[f1], %[d1]\n"
        "adcq %[f2], %[d2]\n"
        "adcq %[f3], %[d3]\n"
        : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [f0] "=&r"(f0), [f1] "=&r"(f1), [f2] "=&r"(f2), [f3] "=&r"(f3)
        : [b0] "m"(b.l[0]), [b1] "m"(b.l[1]), [b2] "m"(b.l[2]), [b3] "m"(b.l[3]), [m0] "m"(M::m.w[0]), [m1] "m"(M::m.w[1]),
          [m2] "m"(M::m.w[2]), [m3] "m"(M::m.w[3])
        : "cc");
    return {{d0, d1, d2, d3}};
  }

  ZK_INLINE static V mul(const V& a, const V& b) {
    static constexpr u64 inv = negativeInverse<M>();
    u64 t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    for (int i = 0; i < 4; i++) {
      u64 top, lo, hi, m = a.l[i];
      asm("xorl %k[top], %k[top]\n"
          "mulxq %[b0], %[lo], %[hi]\n"
          "adcxq %[lo], %[t0]\n"
          "adoxq %[hi], %[t1]\n"
          "mulxq %[b1], %[lo], %[hi]\n"
          "adcxq %[lo], %[t1]\n"
          "adoxq %[hi], %[t2]\n"
          "mulxq %[b2], %[lo], %[hi]\n"
          "adcxq %[lo], %[t2]\n"
          "adoxq %[hi], %[t3]\n"
          "mulxq %[b3], %[lo], %[top]\n"
          "adcxq %[lo], %[t3]\n"
          "movl $0, %k[lo]\n"
          "adcxq %[lo], %[top]\n"
          "adoxq %[lo], %[top]\n"
          "movq %[t0], %%rdx\n"
          "imulq %[inv], %%rdx\n"
          "xorl %k[lo], %k[lo]\n"
          "mulxq %[m0], %[lo], %[hi]\n"
          "adcxq %[t0], %[lo]\n"
          "movq %[hi], %[t0]\n"
          "adcxq %[t1], %[t0]\n"
          "mulxq %[m1], %[lo], %[t1]\n"
          "adoxq %[lo], %[t0]\n"
          "adcxq %[t2], %[t1]\n"
          "mulxq %[m2], %[lo], %[t2]\n"
          "adoxq %[lo], %[t1]\n"
          "adcxq %[t3], %[t2]\n"
          "mulxq %[m3], %[lo], %[t3]\n"
          "adoxq %[lo], %[t2]\n"
          "movl $0, %k[lo]\n"
          "adcxq %[lo], %[t3]\n"
          "adoxq %[top], %[t3]\n"
          : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [top] "=&r"(top), [lo] "=&r"(lo), [hi] "=&r"(hi), "+&d"(m)
          : [b0] "m"(b.l[0]), [b1] "m"(b.l[1]), [b2] "m"(b.l[2]), [b3] "m"(b.l[3]), [inv] "m"(inv), [m0] "m"(M::m.w[0]),
            [m1] "m"(M::m.w[1]), [m2] "m"(M::m.w[2]), [m3] "m"(M::m.w[3])
          : "cc");
    }
    return reduceOnce({{t0, t1, t2, t3}});
  }
#else
  static V reduceOnce(const V& a) {
    V d;
    u64 borrow = 0;
    for (int i = 0; i < 4; i++) {
      const u128 t = static_cast<u128>(a.l[i]) - M::m.w[i] - borrow;
      d.l[i] = static_cast<u64>(t);
      borrow = static_cast<u64>(t >> 64) & 1;
    }
    const u64 keep = 0 - borrow;
    for (int i = 0; i < 4; i++) d.l[i] = (a.l[i] & keep) | (d.l[i] & ~keep);
    return d;
  }

  static V add(const V& a, const V& b) {
    V s;
    u128 carry = 0;
    for (int i = 0; i < 4; i++) {
      carry += static_cast<u128>(a.l[i]) + b.l[i];
      s.l[i] = static_cast<u64>(carry);
      carry >>= 64;
    }
    return reduceOnce(s);  // 2m < 2^255: no carry out
  }

  static V sub(const V& a, const V& b) {
    V d;
    u64 borrow = 0;
    for (int i = 0; i < 4; i++) {
      const u128 t = static_cast<u128>(a.l[i]) - b.l[i] - borrow;
      d.l[i] = static_cast<u64>(t);
      borrow = static_cast<u64>(t >> 64) & 1;
    }
    const u64 fix = 0 - borrow;
    u128 carry = 0;
    for (int i = 0; i < 4; i++) {
      carry += static_cast<u128>(d.l[i]) + (M::m.w[i] & fix);
      d.l[i] = static_cast<u64>(carry);
      carry >>= 64;
    }
    return d;
  }

  static V mul(const V& a, const V& b) {
    constexpr u64 inv = negativeInverse<M>();
    u64 t[4] = {0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
      u128 c = static_cast<u128>(a.l[i]) * b.l[0] + t[0];
      const u64 m = static_cast<u64>(c) * inv;
      u128 d = static_cast<u128>(m) * M::m.w[0] + static_cast<u64>(c);
      for (int j = 1; j < 4; j++) {
        c = static_cast<u128>(a.l[i]) * b.l[j] + t[j] + static_cast<u64>(c >> 64);
        d = static_cast<u128>(m) * M::m.w[j] + static_cast<u64>(c) + static_cast<u64>(d >> 64);
        t[j - 1] = static_cast<u64>(d);
      }
      t[3] = static_cast<u64>(c >> 64) + static_cast<u64>(d >> 64);
    }
    return reduceOnce({{t[0], t[1], t[2], t[3]}});
  }
#endif

  static V sqr(const V& a) { return mul(a, a); }
  static V addn(const V& a, const V& b) { return add(a, b); }
  static V subn(const V& a, const V& b) { return sub(a, b); }
  /// a - b - c
  static V sub2n(const V& a, const V& b, const V& c) { return sub(sub(a, b), c); }
  static V stored(const V& a) { return a; }
  static V canonical(const V& a) { return a; }

  static V turn(const V& a, unsigned) { return a; }

  static V broadcast(const U256& x) { return {{x.w[0], x.w[1], x.w[2], x.w[3]}}; }
  static V zero() { return {{0, 0, 0, 0}}; }
  static V one() { return broadcast(powerOfTwo<M>(radixBits)); }

  /// Every lane's lowest words of a value: for tests of exact zero.
  static Mask isZeroBits(const V& a) { return (a.l[0] | a.l[1] | a.l[2] | a.l[3]) == 0; }
  static Mask isZero(const V& a) { return isZeroBits(a); }
  static V select(Mask m, const V& yes, const V& no) { return m ? yes : no; }

  /// Two consecutive values (eight words) at each lane's address.
  static void loadPair(const u64* const* at, V& a, V& b) {
    std::memcpy(a.l, at[0], 32);
    std::memcpy(b.l, at[0] + 4, 32);
  }
  static void storePair(u64* const* at, const V& a, const V& b) {
    std::memcpy(at[0], a.l, 32);
    std::memcpy(at[0] + 4, b.l, 32);
  }
  static V load(const u64* const* at) {
    V a;
    std::memcpy(a.l, at[0], 32);
    return a;
  }
  static void store(u64* const* at, const V& a) { std::memcpy(at[0], a.l, 32); }
};
