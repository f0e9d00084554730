// Sums of products with constants.

/// start + sum of a * c, each a in the lanes and each start and c a constant, the same in every lane.
template <class L>
class Dot {
 public:
  using V = typename L::V;
  /// A constant in Montgomery form.
  using Fixed = V;
  static Fixed fixed(const V& a) { return a; }
  static V everywhere(const Fixed& a) { return a; }

  explicit Dot(const Fixed& start) : sum_(start) {}
  void add(const V& a, const Fixed& c) { sum_ = L::addn(sum_, L::mul(a, c)); }
  /// A stored value.
  V value() const { return sum_; }

 private:
  V sum_;
};

#if ZK_HAS_IFMA
/// Products are added up whole, in ten columns of 52 bits, and reduced once: half of the work of as many products that are each reduced.
/// A column takes at most 10 numbers below 2^52 from a product, so hundreds of products fit in its 64 bits. With factors below 2.2902 m and
/// constants below m, 17 products and the start make at most 17 * 2.2902 m^2 / R + 2 m < 2.5 m: ready, and nearly stored. In Poseidon's first
/// partial round the factors are such values themselves, below 2.5 m: then at most 2.51 m, which is ready too.
template <class M>
class Dot<IfmaLane<M>> {
 public:
  using L = IfmaLane<M>;
  using V = typename L::V;
  using Fixed = typename L::Limbs;
  static Fixed fixed(const V& a) {
    Fixed out;
    for (int i = 0; i < 5; i++) out.w[i] = static_cast<u64>(_mm_cvtsi128_si64(_mm512_castsi512_si128(a.l[i])));
    return out;
  }
  static V everywhere(const Fixed& a) { return L::broadcastLimbs(a); }

  explicit Dot(const Fixed& start) {
    for (int i = 0; i < 5; i++) {
      t_[i] = _mm512_setzero_si512();
      t_[5 + i] = _mm512_set1_epi64(static_cast<long long>(start.w[i]));
    }
  }
  void add(const V& a, const Fixed& c) {
#pragma GCC unroll 5
    for (int j = 0; j < 5; j++) {
      const __m512i factor = _mm512_set1_epi64(static_cast<long long>(c.w[j]));
#pragma GCC unroll 5
      for (int i = 0; i < 5; i++) t_[i + j] = _mm512_madd52lo_epu64(t_[i + j], a.l[i], factor);
#pragma GCC unroll 5
      for (int i = 0; i < 5; i++) t_[i + j + 1] = _mm512_madd52hi_epu64(t_[i + j + 1], a.l[i], factor);
    }
  }
  V value() const {
    static constexpr Fixed m = L::limbsOf(M::m);
    const __m512i inv = _mm512_set1_epi64(static_cast<long long>(negativeInverse<M>() & L::limbMask));
    __m512i t[10];
#pragma GCC unroll 10
    for (int i = 0; i < 10; i++) t[i] = t_[i];
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
      const __m512i q = _mm512_madd52lo_epu64(_mm512_setzero_si512(), t[i], inv);
#pragma GCC unroll 5
      for (int j = 0; j < 5; j++) {
        const __m512i factor = _mm512_set1_epi64(static_cast<long long>(m.w[j]));
        t[i + j] = _mm512_madd52lo_epu64(t[i + j], q, factor);
        t[i + j + 1] = _mm512_madd52hi_epu64(t[i + j + 1], q, factor);
      }
      t[i + 1] = _mm512_add_epi64(t[i + 1], _mm512_srli_epi64(t[i], 52));
    }
    return L::carried({{t[5], t[6], t[7], t[8], t[9]}});
  }

 private:
  __m512i t_[10];
};
#endif
