// Eight field elements at a time, one per 64-bit lane of a 512-bit register: five 52-bit limbs, Montgomery form with R = 2^260, by the
// fused multiply-add of AVX-512 IFMA (Gueron, Krasnov, "Accelerating Big Integer Arithmetic Using Intel IFMA Extensions", ARITH 2016).
//
// R / m = 84.64, so reduction can be lazy. With factors below K1 m and K2 m, K1 K2 <= 84.64, a product is below 2m. The bounds that hold here:
//   stored  below 2.2902 m, limbs below 2^52: may be written to memory as four 64-bit words
//   ready   below 5.2902 m, limbs below 2^52: a sum, or a difference plus 3m, of two stored values
// The largest products: ready * ready, 28.0 m^2; what Fp2 makes of a ready and a stored factor, (2 * 5.2902) * (2 * 2.2902) = 48.5 m^2; and
// of two sums of stored ones in the addition of points, (4 * 2.2902)^2 = 83.93 m^2.

template <class M>
struct IfmaLane {
  using Modulus = M;
  static constexpr unsigned lanes = 8;
  static constexpr unsigned radixBits = 260;
  using Mask = __mmask8;
  struct V {
    __m512i l[5];
  };

  static constexpr u64 limbMask = (u64{1} << 52) - 1;

  struct Limbs {
    u64 w[5];
  };
  /// k * m in limbs of 52 bits.
  static constexpr Limbs multiple(unsigned k) {
    Limbs out{};
    u128 carry = 0;
    for (int i = 0; i < 5; i++) {
      carry += static_cast<u128>(k) * limbsOf(M::m).w[i];
      out.w[i] = i == 4 ? static_cast<u64>(carry) : static_cast<u64>(carry) & limbMask;
      carry >>= 52;
    }
    return out;
  }
  static constexpr Limbs limbsOf(const U256& x) {
    return {{x.w[0] & limbMask, ((x.w[0] >> 52) | (x.w[1] << 12)) & limbMask, ((x.w[1] >> 40) | (x.w[2] << 24)) & limbMask,
             ((x.w[2] >> 28) | (x.w[3] << 36)) & limbMask, x.w[3] >> 16}};
  }
  ZK_INLINE static V broadcastLimbs(const Limbs& x) {
    V v;
    for (int i = 0; i < 5; i++) v.l[i] = _mm512_set1_epi64(static_cast<long long>(x.w[i]));
    return v;
  }

  ZK_INLINE static V mul(const V& a, const V& b) {
    static constexpr Limbs m = limbsOf(M::m);
    const __m512i inv = _mm512_set1_epi64(static_cast<long long>(negativeInverse<M>() & limbMask));
    const __m512i zero = _mm512_setzero_si512();
    __m512i mod[5];
    for (int j = 0; j < 5; j++) mod[j] = _mm512_set1_epi64(static_cast<long long>(m.w[j]));
    __m512i t[6] = {zero, zero, zero, zero, zero, zero};
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
#pragma GCC unroll 5
      for (int j = 0; j < 5; j++) t[j] = _mm512_madd52lo_epu64(t[j], a.l[i], b.l[j]);
      const __m512i q = _mm512_madd52lo_epu64(zero, t[0], inv);
#pragma GCC unroll 5
      for (int j = 0; j < 5; j++) t[j] = _mm512_madd52lo_epu64(t[j], q, mod[j]);
      const __m512i carry = _mm512_srli_epi64(t[0], 52);
      t[0] = _mm512_add_epi64(t[1], carry);
      t[1] = t[2];
      t[2] = t[3];
      t[3] = t[4];
      t[4] = zero;
#pragma GCC unroll 5
      for (int j = 0; j < 5; j++) t[j] = _mm512_madd52hi_epu64(t[j], a.l[i], b.l[j]);
#pragma GCC unroll 5
      for (int j = 0; j < 5; j++) t[j] = _mm512_madd52hi_epu64(t[j], q, mod[j]);
    }
    V out;
    for (int j = 0; j < 5; j++) out.l[j] = t[j];
    return carried(out);
  }
  ZK_INLINE static V sqr(const V& a) { return mul(a, a); }

  /// Limbs below 2^52 again; limbs are signed on the way, the value is not negative.
  ZK_INLINE static V carried(const V& a) {
    const __m512i mask = _mm512_set1_epi64(static_cast<long long>(limbMask));
    V out;
    __m512i carry = a.l[0];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
      out.l[i] = _mm512_and_si512(carry, mask);
      carry = _mm512_add_epi64(a.l[i + 1], _mm512_srai_epi64(carry, 52));
    }
    out.l[4] = carry;
    return out;
  }

  /// A value below 2^257 = 10.58 m with carried limbs, less the multiple of m that its top bits call for: below 2.2902 m.
  ZK_INLINE static V lowered(const V& a) {
    // 2^254 / m = 1.32: for k = floor(value / 2^254), k * 2^254 >= floor(k * 1.32...) * m
    static constexpr auto table = [] {
      struct {
        u64 w[5][8];
      } out{};
      constexpr unsigned times[8] = {0, 1, 2, 3, 5, 6, 7, 9};  // floor(k * 2^254 / m)
      for (int k = 0; k < 8; k++)
        for (int i = 0; i < 5; i++) out.w[i][k] = multiple(times[k]).w[i];
      return out;
    }();
    const __m512i k = _mm512_srli_epi64(a.l[4], 254 - 208);
    V out;
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++)
      out.l[i] = _mm512_sub_epi64(a.l[i], _mm512_permutexvar_epi64(k, _mm512_loadu_si512(table.w[i])));
    return carried(out);
  }
  ZK_INLINE static V stored(const V& a) { return lowered(a); }

  ZK_INLINE static V rawAdd(const V& a, const V& b) {
    V out;
    for (int i = 0; i < 5; i++) out.l[i] = _mm512_add_epi64(a.l[i], b.l[i]);
    return out;
  }
  template <unsigned k>
  ZK_INLINE static V rawSub(const V& a, const V& b) {  // a - b + k m
    static constexpr Limbs offset = multiple(k);
    V out;
    for (int i = 0; i < 5; i++)
      out.l[i] = _mm512_sub_epi64(_mm512_add_epi64(a.l[i], _mm512_set1_epi64(static_cast<long long>(offset.w[i]))), b.l[i]);
    return out;
  }
  ZK_INLINE static V add(const V& a, const V& b) { return carried(rawAdd(a, b)); }
  ZK_INLINE static V sub(const V& a, const V& b) { return carried(rawSub<3>(a, b)); }
  ZK_INLINE static V addn(const V& a, const V& b) { return lowered(add(a, b)); }
  ZK_INLINE static V subn(const V& a, const V& b) { return lowered(sub(a, b)); }
  ZK_INLINE static V sub2n(const V& a, const V& b, const V& c) {
    return lowered(carried(rawSub<5>(a, rawAdd(b, c))));
  }

  /// In [0, m).
  static V canonical(const V& a) {
    V v = a;
    for (int round = 0; round < 2; round++) {  // below 2.2902 m
      const V less = carried(rawMinus(v, broadcastLimbs(limbsOf(M::m))));
      v = select(_mm512_movepi64_mask(less.l[4]), v, less);
    }
    return v;
  }
  ZK_INLINE static V rawMinus(const V& a, const V& b) {
    V out;
    for (int i = 0; i < 5; i++) out.l[i] = _mm512_sub_epi64(a.l[i], b.l[i]);
    return out;
  }

  static V broadcast(const U256& x) { return broadcastLimbs(limbsOf(x)); }
  static V zero() { return broadcast({{0, 0, 0, 0}}); }
  static V one() { return broadcast(powerOfTwo<M>(radixBits)); }

  ZK_INLINE static Mask isZeroBits(const V& a) {
    const __m512i any =
        _mm512_or_si512(_mm512_or_si512(_mm512_or_si512(a.l[0], a.l[1]), _mm512_or_si512(a.l[2], a.l[3])), a.l[4]);
    return _mm512_testn_epi64_mask(any, any);
  }
  static Mask isZero(const V& a) { return isZeroBits(canonical(lowered(a))); }
  ZK_INLINE static V select(Mask m, const V& yes, const V& no) {
    V out;
    for (int i = 0; i < 5; i++) out.l[i] = _mm512_mask_mov_epi64(no.l[i], m, yes.l[i]);
    return out;
  }

  /// Rows to columns: r[i] lane j becomes r[j] lane i.
  ZK_INLINE static void transpose(__m512i r[8]) {
    __m512i a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
      a[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
      a[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
      for (int j = 0; j < 2; j++) {
        b[i + j] = _mm512_shuffle_i64x2(a[i + j], a[i + j + 2], 0x88);
        b[i + j + 2] = _mm512_shuffle_i64x2(a[i + j], a[i + j + 2], 0xdd);
      }
    for (int j = 0; j < 4; j++) {
      r[j] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0x88);
      r[j + 4] = _mm512_shuffle_i64x2(b[j], b[j + 4], 0xdd);
    }
  }
  ZK_INLINE static V fromWords(const __m512i* w) {
    const __m512i mask = _mm512_set1_epi64(static_cast<long long>(limbMask));
    return {{_mm512_and_si512(w[0], mask), _mm512_and_si512(_mm512_shrdi_epi64(w[0], w[1], 52), mask),
             _mm512_and_si512(_mm512_shrdi_epi64(w[1], w[2], 40), mask), _mm512_and_si512(_mm512_shrdi_epi64(w[2], w[3], 28), mask),
             _mm512_srli_epi64(w[3], 16)}};
  }
  ZK_INLINE static void toWords(const V& a, __m512i* w) {
    w[0] = _mm512_or_si512(a.l[0], _mm512_slli_epi64(a.l[1], 52));
    w[1] = _mm512_or_si512(_mm512_srli_epi64(a.l[1], 12), _mm512_slli_epi64(a.l[2], 40));
    w[2] = _mm512_or_si512(_mm512_srli_epi64(a.l[2], 24), _mm512_slli_epi64(a.l[3], 28));
    w[3] = _mm512_or_si512(_mm512_srli_epi64(a.l[3], 36), _mm512_slli_epi64(a.l[4], 16));
  }

  ZK_INLINE static void loadPair(const u64* const* at, V& a, V& b) {
    __m512i r[8];
    for (int i = 0; i < 8; i++) r[i] = _mm512_loadu_si512(at[i]);
    transpose(r);
    a = fromWords(r);
    b = fromWords(r + 4);
  }
  ZK_INLINE static void storePair(u64* const* at, const V& a, const V& b) {
    __m512i r[8];
    toWords(a, r);
    toWords(b, r + 4);
    transpose(r);
    for (int i = 0; i < 8; i++) _mm512_storeu_si512(at[i], r[i]);
  }
  ZK_INLINE static V load(const u64* const* at) {
    __m512i r[8];
    for (int i = 0; i < 8; i++) r[i] = _mm512_castsi256_si512(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at[i])));
    transpose(r);
    return fromWords(r);
  }
  ZK_INLINE static void store(u64* const* at, const V& a) {
    __m512i r[8];
    toWords(a, r);
    for (int i = 4; i < 8; i++) r[i] = _mm512_setzero_si512();
    transpose(r);
    for (int i = 0; i < 8; i++) _mm256_storeu_si256(reinterpret_cast<__m256i*>(at[i]), _mm512_castsi512_si256(r[i]));
  }

  /// Lane i gets the value of lane i XOR step.
  static V turn(const V& a, unsigned step) {
    const __m512i index = _mm512_xor_si512(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), _mm512_set1_epi64(step));
    V out;
    for (int i = 0; i < 5; i++) out.l[i] = _mm512_permutexvar_epi64(index, a.l[i]);
    return out;
  }
  /// One lane's value in every lane.
  ZK_INLINE static V broadcastLane(const V& a, unsigned lane) {
    const __m512i index = _mm512_set1_epi64(static_cast<long long>(lane));
    V out;
    for (int i = 0; i < 5; i++) out.l[i] = _mm512_permutexvar_epi64(index, a.l[i]);
    return out;
  }
  /// Element j of a[i] changes places with element i of a[j].
  static void transposeElements(V a[8]) {
    for (int limb = 0; limb < 5; limb++) {
      __m512i r[8];
      for (int i = 0; i < 8; i++) r[i] = a[i].l[limb];
      transpose(r);
      for (int i = 0; i < 8; i++) a[i].l[limb] = r[i];
    }
  }
  /// Consecutive elements of a[0..parts) dealt out: element e goes to a[e % parts], parts in {1, 2, 4}.
  static void deinterleave(V* a, std::size_t parts) {
    if (parts == 2) split(a[0], a[1]);
    if (parts == 4) {
      split(a[0], a[1]);  // even and odd of the first half
      split(a[2], a[3]);
      const V odd = a[1];
      a[1] = a[2];
      split(a[0], a[1]);  // elements 0 and 2 modulo 4
      V low = odd, high = a[3];
      split(low, high);  // 1 and 3
      a[2] = a[1];
      a[1] = low;
      a[3] = high;
    }
  }
  static void split(V& a, V& b) {
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    for (int i = 0; i < 5; i++) {
      const __m512i x = a.l[i], y = b.l[i];
      a.l[i] = _mm512_permutex2var_epi64(x, even, y);
      b.l[i] = _mm512_permutex2var_epi64(x, odd, y);
    }
  }
};
