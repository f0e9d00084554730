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
    V product = denominators(vectors);
    if (F::isZero(product)) product = withoutZeros(vectors);
    finish(vectors, F::inv(product));
    count_ = 0;
  }
  /// Says that every operand of the following runs is finite, until a result is not.
  void expectFinite() { mayBeInfinite_ = false; }

 private:
  struct Pair {
    V x1, y1, x2, y2;
  };
  ZK_INLINE Pair load(std::size_t v) const {
    Pair p;
    F::loadPoint(&a_[v * F::lanes], p.x1, p.y1);
    F::loadPoint(&b_[v * F::lanes], p.x2, p.y2);
    return p;
  }
  using Mask = typename F::Mask;
  struct Cases {
    Mask firstInfinite, secondInfinite, doubled, cancelled;
  };
  static Cases casesOf(const Pair& p) {
    Cases c;
    c.firstInfinite = F::isZeroBits(p.x1) & F::isZeroBits(p.y1);
    c.secondInfinite = F::isZeroBits(p.x2) & F::isZeroBits(p.y2);
    const auto finite = static_cast<Mask>(~(c.firstInfinite | c.secondInfinite));
    const auto sameX = static_cast<Mask>(F::isZero(F::subn(p.x2, p.x1)) & finite);
    const auto sameY = F::isZero(F::subn(p.y2, p.y1));
    const auto order2 = F::isZero(p.y1);  // no point of the groups, but a file may hold anything
    c.doubled = static_cast<Mask>(sameX & sameY & ~order2);
    c.cancelled = static_cast<Mask>(sameX & ~c.doubled);
    return c;
  }

  /// x2 - x1, or what takes its place: 2 y1 to double, 1 where the result needs no division.
  static V specialDenominator(const Pair& p) {
    const Cases c = casesOf(p);
    const V d = F::select(c.doubled, F::add(p.y1, p.y1), F::sub(p.x2, p.x1));
    return F::select(static_cast<Mask>(c.firstInfinite | c.secondInfinite | c.cancelled), F::one(), d);
  }

  static bool anyInfinite(const Pair& p) {
    return ((F::isZeroBits(p.x1) & F::isZeroBits(p.y1)) | (F::isZeroBits(p.x2) & F::isZeroBits(p.y2))) != 0;
  }

  /// The denominators, the products of all before each, and the product of all.
  V denominators(std::size_t vectors) {
    V product = F::one();
    for (std::size_t v = 0; v < vectors; v++) {
      const Pair p = load(v);
      special_[v] = mayBeInfinite_ && anyInfinite(p);
      denominators_[v] = special_[v] ? specialDenominator(p) : F::sub(p.x2, p.x1);
      prefixes_[v] = product;
      product = F::mul(product, denominators_[v]);
    }
    return product;
  }

  /// The same after points with equal x were found among the pairs.
  V withoutZeros(std::size_t vectors) {
    V product = F::one();
    for (std::size_t v = 0; v < vectors; v++) {
      if (F::isZero(F::stored(denominators_[v]))) {
        special_[v] = true;
        denominators_[v] = specialDenominator(load(v));
      }
      prefixes_[v] = product;
      product = F::mul(product, denominators_[v]);
    }
    return product;
  }

  void finish(std::size_t vectors, V inverted) {
    for (std::size_t v = vectors; v-- > 0;) {
      const V i = F::mul(inverted, prefixes_[v]);
      inverted = F::mul(inverted, denominators_[v]);
      const Pair p = load(v);
      V x3, y3;
      if (special_[v]) {
        specialSum(p, i, x3, y3);
      } else {
        const V lambda = F::mul(F::sub(p.y2, p.y1), i);
        x3 = F::sub2n(F::sqr(lambda), p.x1, p.x2);
        y3 = F::subn(F::mul(lambda, F::sub(p.x1, x3)), p.y1);
      }
      F::storePoint(&dst_[v * F::lanes], x3, y3);
    }
  }

  void specialSum(const Pair& p, const V& inverted, V& x3, V& y3) {
    const Cases c = casesOf(p);
    const V square = F::stored(F::sqr(p.x1));
    const V numerator = F::select(c.doubled, F::addn(F::addn(square, square), square), F::sub(p.y2, p.y1));
    const V lambda = F::mul(numerator, inverted);
    x3 = F::sub2n(F::sqr(lambda), p.x1, p.x2);
    y3 = F::subn(F::mul(lambda, F::sub(p.x1, x3)), p.y1);
    x3 = F::select(c.cancelled, F::zero(), F::select(c.firstInfinite, p.x2, F::select(c.secondInfinite, p.x1, x3)));
    y3 = F::select(c.cancelled, F::zero(), F::select(c.firstInfinite, p.y2, F::select(c.secondInfinite, p.y1, y3)));
    if ((c.cancelled | (c.firstInfinite & c.secondInfinite)) != 0) mayBeInfinite_ = true;
  }

  std::vector<const u64*> a_, b_;
  std::vector<u64*> dst_;
  Values<V> denominators_, prefixes_;
  std::size_t count_ = 0;
  std::vector<char> special_ = std::vector<char>(capacity / F::lanes + 1);
  bool mayBeInfinite_ = false;
  u64 spare_[16];
};
