// Points of y^2 = x^3 + b in homogeneous coordinates, one per lane, with complete formulas: no case distinction on equal, opposite or
// infinite points (Renes, Costello, Batina, "Complete addition formulas for prime order elliptic curves", 2015/1060, algorithm 7).

template <class F>
struct Projective {
  typename F::V x, y, z;
};

template <class F>
Projective<F> infinity() {
  return {F::zero(), F::one(), F::zero()};
}

template <class F>
Projective<F> add(const Projective<F>& p, const Projective<F>& q) {
  const auto t0 = F::mul(p.x, q.x), t1 = F::mul(p.y, q.y), t2 = F::mul(p.z, q.z);
  const auto xy = F::sub2n(F::mul(F::add(p.x, p.y), F::add(q.x, q.y)), t0, t1);
  const auto yz = F::sub2n(F::mul(F::add(p.y, p.z), F::add(q.y, q.z)), t1, t2);
  const auto xz = F::sub2n(F::mul(F::add(p.x, p.z), F::add(q.x, q.z)), t0, t2);
  const auto x3 = F::addn(F::addn(t0, t0), t0);
  const auto bz = F::times3b(t2);
  const auto sum = F::addn(t1, bz), difference = F::subn(t1, bz);
  const auto by = F::times3b(xz);
  return {F::subn(F::mul(xy, difference), F::mul(yz, by)), F::addn(F::mul(by, x3), F::mul(difference, sum)),
          F::addn(F::mul(sum, yz), F::mul(x3, xy))};
}

template <class F>
Projective<F> select(typename F::Mask m, const Projective<F>& yes, const Projective<F>& no) {
  return {F::select(m, yes.x, no.x), F::select(m, yes.y, no.y), F::select(m, yes.z, no.z)};
}

/// An affine point, where (0, 0) stands for infinity, which no curve with b != 0 contains.
template <class F>
Projective<F> fromAffine(const typename F::V& x, const typename F::V& y) {
  const auto none = F::isZeroBits(x) & F::isZeroBits(y);
  return select<F>(none, infinity<F>(), {x, y, F::one()});
}

/// Affine coordinates; infinity becomes (0, 0), which the inverse of 0 gives.
template <class F>
void toAffine(const Projective<F>& p, typename F::V& x, typename F::V& y) {
  const auto i = F::inv(p.z);
  const auto none = F::isZero(p.z);
  x = F::select(none, F::zero(), F::mul(p.x, i));
  y = F::select(none, F::zero(), F::mul(p.y, i));
}

/// k * p for one public or secret number in every lane. Not constant time: see docs/threat-model.md.
template <class F>
Projective<F> times(const Projective<F>& p, const U256& k) {
  Projective<F> out = infinity<F>();
  for (int i = 255; i >= 0; i--) {
    out = add<F>(out, out);
    if (bitOf(k, static_cast<unsigned>(i))) out = add<F>(out, p);
  }
  return out;
}
