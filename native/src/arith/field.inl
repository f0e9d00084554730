// What every lane type shares: inverses, changes of form; and the quadratic extension of the base field.

/// a^e, the same public exponent in every lane.
template <class L>
typename L::V power(const typename L::V& a, const U256& e) {
  typename L::V out = L::one();
  for (int i = 255; i >= 0; i--) {
    out = L::sqr(out);
    if (bitOf(e, static_cast<unsigned>(i))) out = L::mul(out, a);
  }
  return out;
}

/// 1 / a in every lane, and 0 for 0. Lanes share one inversion: products over pairs, fours and eights of lanes, and the way back.
template <class L>
typename L::V inverse(const typename L::V& a) {
  using M = typename L::Modulus;
  const auto zeros = L::isZero(a);
  typename L::V level[5] = {L::select(zeros, L::one(), a)}, turned[4];
  unsigned levels = 0;
  for (unsigned step = L::lanes / 2; step > 0; step /= 2, levels++) {
    turned[levels] = L::turn(level[levels], step);
    level[levels + 1] = L::mul(level[levels], turned[levels]);
  }
  u64 words[L::lanes][4];
  u64* at[L::lanes];
  for (unsigned i = 0; i < L::lanes; i++) at[i] = words[i];
  L::store(at, L::canonical(L::stored(level[levels])));
  // (x R)^-1 -> x^-1 R
  typename L::V out = L::mul(L::broadcast(modularInverse<M>({{words[0][0], words[0][1], words[0][2], words[0][3]}})),
                             L::broadcast(powerOfTwo<M>(3 * L::radixBits)));
  while (levels-- > 0) out = L::mul(out, turned[levels]);
  return L::select(zeros, L::zero(), out);
}

/// Factors that change the form of a value by one multiplication.
template <class L>
struct Form {
  /// plain -> Montgomery of this lane
  static typename L::V fromPlain(const typename L::V& a) { return L::mul(a, L::broadcast(powerOfTwo<typename L::Modulus>(2 * L::radixBits))); }
  /// Montgomery with R = 2^256, as files have it -> Montgomery of this lane
  static typename L::V from256(const typename L::V& a) {
    return L::mul(a, L::broadcast(powerOfTwo<typename L::Modulus>(2 * L::radixBits - 256)));
  }
  /// Montgomery of this lane -> plain, in [0, m)
  static typename L::V toPlain(const typename L::V& a) { return L::canonical(L::mul(a, L::broadcast({{1, 0, 0, 0}}))); }
  /// Montgomery of this lane -> Montgomery with R = 2^256, in [0, m)
  static typename L::V to256(const typename L::V& a) { return L::canonical(L::mul(a, L::broadcast(powerOfTwo<typename L::Modulus>(256)))); }
};

/// The base field as the coordinates of G1.
template <class L>
struct Fp : L {
  using Lane = L;
  using V = typename L::V;
  static constexpr unsigned words = 4;
  static V inv(const V& a) { return inverse<L>(a); }
  static V times3b(const V& a) {  // b = 3: 9a
    const V two = L::addn(a, a), four = L::addn(two, two);
    return L::addn(L::addn(four, four), a);
  }
  /// The x and y of the affine points at the lanes' addresses.
  static void loadPoint(const u64* const* at, V& x, V& y) { L::loadPair(at, x, y); }
  static void storePoint(u64* const* at, const V& x, const V& y) { L::storePair(at, x, y); }
  /// A coordinate as files have it, reduced, in this lane's form; and back, or as a plain number.
  static V reform(const V& a) { return L::canonical(Form<L>::from256(a)); }
  static V to256(const V& a) { return Form<L>::to256(a); }
  static V plain(const V& a) { return Form<L>::toPlain(a); }
};

/// Fp[u] / (u^2 + 1): the coordinates of G2. Products by Karatsuba's method.
template <class L>
struct Fp2 {
  using Lane = L;
  using Mask = typename L::Mask;
  static constexpr unsigned lanes = L::lanes;
  static constexpr unsigned words = 8;
  struct V {
    typename L::V c0, c1;
  };
  static V mul(const V& a, const V& b) {
    const auto t0 = L::mul(a.c0, b.c0), t1 = L::mul(a.c1, b.c1);
    const auto cross = L::mul(L::add(a.c0, a.c1), L::add(b.c0, b.c1));
    return {L::subn(t0, t1), L::sub2n(cross, t0, t1)};
  }
  /// a stored
  static V sqr(const V& a) {
    const auto t = L::mul(a.c0, a.c1);
    // (c0 + c1)(c0 - c1)
    return {L::mul(L::add(a.c0, a.c1), L::sub(a.c0, a.c1)), L::addn(t, t)};
  }
  static V add(const V& a, const V& b) { return {L::add(a.c0, b.c0), L::add(a.c1, b.c1)}; }
  static V sub(const V& a, const V& b) { return {L::sub(a.c0, b.c0), L::sub(a.c1, b.c1)}; }
  static V addn(const V& a, const V& b) { return {L::addn(a.c0, b.c0), L::addn(a.c1, b.c1)}; }
  static V subn(const V& a, const V& b) { return {L::subn(a.c0, b.c0), L::subn(a.c1, b.c1)}; }
  static V sub2n(const V& a, const V& b, const V& c) { return {L::sub2n(a.c0, b.c0, c.c0), L::sub2n(a.c1, b.c1, c.c1)}; }
  static V stored(const V& a) { return {L::stored(a.c0), L::stored(a.c1)}; }
  static V zero() { return {L::zero(), L::zero()}; }
  static V one() { return {L::one(), L::zero()}; }
  static Mask isZeroBits(const V& a) { return L::isZeroBits(a.c0) & L::isZeroBits(a.c1); }
  static Mask isZero(const V& a) { return L::isZero(a.c0) & L::isZero(a.c1); }
  static V select(Mask m, const V& yes, const V& no) { return {L::select(m, yes.c0, no.c0), L::select(m, yes.c1, no.c1)}; }
  static V inv(const V& a) {
    const auto norm = L::addn(L::sqr(a.c0), L::sqr(a.c1));
    const auto i = inverse<L>(norm);
    return {L::mul(a.c0, i), L::subn(L::zero(), L::mul(a.c1, i))};
  }
  /// b = 3 / (9 + u): 3b = 9 (9 - u) / 82
  static V times3b(const V& a) {
    static const V factor = [] {
      const auto word = [](u64 n) { return Form<L>::fromPlain(L::broadcast({{n, 0, 0, 0}})); };
      const auto i = inverse<L>(word(82));
      return V{L::mul(word(81), i), L::subn(L::zero(), L::mul(word(9), i))};
    }();
    return mul(factor, a);
  }
  static void loadPoint(const u64* const* at, V& x, V& y) {
    const u64* second[lanes];
    for (unsigned i = 0; i < lanes; i++) second[i] = at[i] + 8;
    L::loadPair(at, x.c0, x.c1);
    L::loadPair(second, y.c0, y.c1);
  }
  static void storePoint(u64* const* at, const V& x, const V& y) {
    u64* second[lanes];
    for (unsigned i = 0; i < lanes; i++) second[i] = at[i] + 8;
    L::storePair(at, x.c0, x.c1);
    L::storePair(second, y.c0, y.c1);
  }
  static V reform(const V& a) { return {L::canonical(Form<L>::from256(a.c0)), L::canonical(Form<L>::from256(a.c1))}; }
  static V to256(const V& a) { return {Form<L>::to256(a.c0), Form<L>::to256(a.c1)}; }
  static V plain(const V& a) { return {Form<L>::toPlain(a.c0), Form<L>::toPlain(a.c1)}; }
};
