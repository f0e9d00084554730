// Many multiples of one point: k * G = sum of d_j * 2^(cj) * G over k's digits d_j of c bits, each looked up in a table (Brickell, Gordon,
// McCurley, Wilson, "Fast exponentiation with precomputation", 1992, in its simplest form). The sums of a whole block of numbers grow window
// by window, by batched affine additions. None meets an exceptional case: before window j a sum is a multiple of G below 2^(cj), and what
// is added a multiple d * 2^(cj), both below the group order.

/// Generators of the two groups (EIP-196, EIP-197), in this lane's form.
template <class L>
Projective<Fp<L>> generatorOf(Fp<L>) {
  const auto number = [](const U256& n) { return Form<L>::fromPlain(L::broadcast(n)); };
  return {number({{1, 0, 0, 0}}), number({{2, 0, 0, 0}}), Fp<L>::one()};
}
template <class L>
Projective<Fp2<L>> generatorOf(Fp2<L>) {
  const auto number = [](const U256& n) { return Form<L>::fromPlain(L::broadcast(n)); };
  return {{number({{0x46debd5cd992f6ed, 0x674322d4f75edadd, 0x426a00665e5c4479, 0x1800deef121f1e76}}),
           number({{0x97e485b7aef312c2, 0xf1aa493335a9e712, 0x7260bfb731fb5d25, 0x198e9393920d483a}})},
          {number({{0x4ce6cc0166fa7daa, 0xe3d1e7690c43d37b, 0x4aab71808dcb408f, 0x12c85ea5db8c6deb}}),
           number({{0x55acdadcd122975b, 0xbc4b313370b38ef3, 0xec9e99ad690c3395, 0x090689d0585ff075}})},
          Fp2<L>::one()};
}

/// The table of a group's generator. Construct, build every row, multiply: rows and blocks on any thread.
template <class F>
class FixedBase {
 public:
  using V = typename F::V;
  static constexpr std::size_t words = 2 * F::words;  // of a point
  /// Numbers other than 0 that are multiplied at a time.
  static constexpr std::size_t block = BatchAdder<F>::capacity;

  /// For about n multiples.
  explicit FixedBase(std::size_t n) : bits_(chooseBits(n)), table_((std::size_t{rows()} << bits_) * words) { doublings(); }

  unsigned rows() const { return (numberBits + bits_ - 1) / bits_; }
  /// Additions that a multiple takes, and those of a row.
  double additions() const { return rows(); }
  double rowAdditions() const { return static_cast<double>(std::size_t{1} << bits_); }

  /// All entries of a row from those at powers of two.
  void buildRow(unsigned row, const Task& task) {
    BatchAdder<F> adder;
    const unsigned bits = std::min(bits_, numberBits - row * bits_);
    for (std::size_t high = 2; high >> bits == 0; high *= 2) {
      for (std::size_t low = 1; low < high;) {
        task.check();
        for (const std::size_t stop = std::min(high, low + BatchAdder<F>::capacity); low < stop; low++)
          adder.push(entry(row, high), entry(row, low), entry(row, high + low));
        adder.run();
      }
    }
  }

  /// Multiples by numbers[0..n), of which at most `block` are not 0, as a zkey has them: affine, Montgomery, R = 2^256, zero for infinity.
  void multiply(const U256* numbers, std::size_t n, u64* out, const Task& task) const {
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < n; i++)
      if (!isZero(numbers[i])) live.push_back(i);
    std::vector<u64> sums(live.size() * words);
    std::vector<bool> begun(live.size());
    BatchAdder<F> adder;
    for (unsigned row = 0; row < rows(); row++) {
      task.check();
      for (std::size_t i = 0; i < live.size(); i++) {
        const std::size_t d = digit(numbers[live[i]], row);
        if (d == 0) continue;
        u64* sum = &sums[i * words];
        if (begun[i]) {
          adder.push(sum, entry(row, d), sum);
        } else {
          std::memcpy(sum, entry(row, d), words * 8);
          begun[i] = true;
        }
      }
      adder.run();
    }
    std::memset(out, 0, n * words * 8);
    u64 spare[words];
    for (std::size_t i = 0; i < live.size(); i += F::lanes) {
      const u64* from[F::lanes];
      u64* to[F::lanes];
      for (unsigned l = 0; l < F::lanes; l++) {
        const bool real = i + l < live.size();
        from[l] = &sums[(real ? i + l : i) * words];
        to[l] = real ? out + live[i + l] * words : spare;
      }
      V x, y;
      F::loadPoint(from, x, y);
      F::storePoint(to, F::to256(x), F::to256(y));
    }
  }

 private:
  static constexpr unsigned numberBits = 254;
  static constexpr unsigned maxBits = 14;  // a row of 1 MB (G1) or 2 MB (G2) in the cache, a table of 20 MB or 40 MB

  static unsigned chooseBits(std::size_t n) {
    unsigned best = 2;
    const auto cost = [n](unsigned c) { return ((numberBits + c - 1) / c) * (static_cast<double>(n) + static_cast<double>(1U << c)); };
    for (unsigned c = 3; c <= maxBits; c++)
      if (cost(c) < cost(best)) best = c;
    return best;
  }

  u64* entry(unsigned row, std::size_t d) { return &table_[((std::size_t{row} << bits_) + d) * words]; }
  const u64* entry(unsigned row, std::size_t d) const { return &table_[((std::size_t{row} << bits_) + d) * words]; }

  std::size_t digit(const U256& k, unsigned row) const {
    const unsigned at = row * bits_, word = at / 64, shift = at % 64;
    u64 slice = k.w[word] >> shift;
    if (shift + bits_ > 64 && word < 3) slice |= k.w[word + 1] << (64 - shift);
    return slice & ((std::size_t{1} << bits_) - 1);
  }

  /// The entries at powers of two: 2^i * G for all i, made affine as many at a time as there are lanes.
  void doublings() {
    Projective<F> p = generatorOf(F{});
    u64 xy[F::lanes][words], zz[F::lanes][words], spare[words];
    u64* to[F::lanes];
    const u64* from[F::lanes];
    for (unsigned first = 0; first < numberBits; first += F::lanes) {
      for (unsigned i = 0; i < F::lanes; i++) {
        for (unsigned l = 0; l < F::lanes; l++) to[l] = l == 0 ? xy[i] : spare;
        F::storePoint(to, p.x, p.y);
        to[0] = zz[i];
        F::storePoint(to, p.z, p.z);
        p = add<F>(p, p);
      }
      Projective<F> all;
      for (unsigned l = 0; l < F::lanes; l++) from[l] = xy[l];
      F::loadPoint(from, all.x, all.y);
      for (unsigned l = 0; l < F::lanes; l++) from[l] = zz[l];
      V x, y;
      F::loadPoint(from, all.z, y);
      toAffine<F>(all, x, y);
      for (unsigned l = 0; l < F::lanes; l++) {
        const unsigned i = first + l;
        to[l] = i < numberBits ? entry(i / bits_, std::size_t{1} << (i % bits_)) : spare;
      }
      F::storePoint(to, F::stored(x), F::stored(y));
    }
  }

  unsigned bits_;
  std::vector<u64> table_;
};
