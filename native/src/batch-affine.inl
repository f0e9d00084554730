// Many independent additions of affine points that share one inversion: lambda = (y2 - y1) / (x2 - x1) for every pair, where all the
// denominators are inverted by Montgomery's trick (Montgomery, "Speeding the Pollard and Elliptic Curve Methods of Factorization", 1987).

/// Additions to be made together: dst[i] = a[i] + b[i]. No dst is an operand of another pair.
template <class F>
class BatchAdder {
 public:
  using V = typename F::V;
  static constexpr std::size_t capacity = 4096;

  BatchAdder() : a_(capacity + F::lanes), b_(capacity + F::lanes), dst_(capacity + F::lanes), denominators_(capacity / F::lanes + 1), prefixes_(capacity / F::lanes + 1) {}

  /// At most `capacity` pairs before a run.
  void push(const u64* a, const u64* b, u64* dst) {
    a_[count_] = a;
    b_[count_] = b;
    dst_[count_++] = dst;
  }

  /// Makes the additions. Points in memory are stored values; (0, 0) is infinity.
  void run() {
    if (count_ == 0) return;
    const std::size_t vectors = (count_ + F::lanes - 1) / F::lanes;
    for (std::size_t i = count_; i < vectors * F::lanes; i++) {
      a_[i] = a_[0];
      b_[i] = b_[0];
      dst_[i] = spare_;
    }
    if (special_ || !attempt<false>(vectors)) {
      attempt<true>(vectors);
      special_ = true;
    }
    count_ = 0;
  }
  /// Says that operands may be infinite, or that they are all finite.
  void expectInfinity(bool yes) { special_ = yes; }

 private:
  struct Pair {
    V x1, y1, x2, y2;
  };
  Pair load(std::size_t v) const {
    Pair p;
    F::loadPoint(&a_[v * F::lanes], p.x1, p.y1);
    F::loadPoint(&b_[v * F::lanes], p.x2, p.y2);
    return p;
  }
  struct Cases {
    typename F::Mask firstInfinite, secondInfinite, doubled, cancelled;
  };
  static Cases casesOf(const Pair& p) {
    Cases c;
    c.firstInfinite = F::isZeroBits(p.x1) & F::isZeroBits(p.y1);
    c.secondInfinite = F::isZeroBits(p.x2) & F::isZeroBits(p.y2);
    const auto finite = static_cast<typename F::Mask>(~(c.firstInfinite | c.secondInfinite));
    const auto sameX = static_cast<typename F::Mask>(F::isZero(F::subn(p.x2, p.x1)) & finite);
    const auto sameY = F::isZero(F::subn(p.y2, p.y1));
    const auto order2 = F::isZero(p.y1);  // no point of the groups, but a file may hold anything
    c.doubled = static_cast<typename F::Mask>(sameX & sameY & ~order2);
    c.cancelled = static_cast<typename F::Mask>(sameX & ~c.doubled);
    return c;
  }

  template <bool special>
  static V denominator(const Pair& p) {
    V d = F::sub(p.x2, p.x1);
    if constexpr (special) {
      const Cases c = casesOf(p);
      d = F::select(c.doubled, F::add(p.y1, p.y1), d);
      d = F::select(static_cast<typename F::Mask>(c.firstInfinite | c.secondInfinite | c.cancelled), F::one(), d);
    }
    return d;
  }

  /// False, with nothing written, if a denominator was 0.
  template <bool special>
  bool attempt(std::size_t vectors) {
    V product = F::one();
    for (std::size_t v = 0; v < vectors; v++) {
      if (v + 2 < vectors)
        for (unsigned i = 0; i < F::lanes; i++) {
          __builtin_prefetch(a_[(v + 2) * F::lanes + i]);
          __builtin_prefetch(b_[(v + 2) * F::lanes + i]);
        }
      const V d = denominator<special>(load(v));
      denominators_[v] = d;
      prefixes_[v] = product;
      product = F::mul(product, d);
    }
    if constexpr (!special)
      if (F::isZero(product)) return false;
    V inverted = F::inv(product);
    for (std::size_t v = vectors; v-- > 0;) {
      const V i = F::mul(inverted, prefixes_[v]);
      inverted = F::mul(inverted, denominators_[v]);
      const Pair p = load(v);
      V numerator = F::sub(p.y2, p.y1);
      Cases c{};
      if constexpr (special) {
        c = casesOf(p);
        const V square = F::stored(F::sqr(p.x1));
        numerator = F::select(c.doubled, F::addn(F::addn(square, square), square), numerator);
      }
      const V lambda = F::mul(numerator, i);
      V x3 = F::sub2n(F::sqr(lambda), p.x1, p.x2);
      V y3 = F::subn(F::mul(lambda, F::sub(p.x1, x3)), p.y1);
      if constexpr (special) {
        x3 = F::select(c.cancelled, F::zero(), F::select(c.firstInfinite, p.x2, F::select(c.secondInfinite, p.x1, x3)));
        y3 = F::select(c.cancelled, F::zero(), F::select(c.firstInfinite, p.y2, F::select(c.secondInfinite, p.y1, y3)));
      }
      F::storePoint(&dst_[v * F::lanes], x3, y3);
    }
    return true;
  }

  std::vector<const u64*> a_, b_;
  std::vector<u64*> dst_;
  Values<V> denominators_, prefixes_;
  std::size_t count_ = 0;
  bool special_ = false;
  u64 spare_[16];
};
