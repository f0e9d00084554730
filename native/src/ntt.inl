// Number theoretic transforms over the scalar field. Forward and backward passes are each other's transpose, so that nothing is ever
// permuted: `scramble` takes natural order to bit-reversed order (Cooley-Tukey butterflies), `unscramble` takes it back (Gentleman-Sande),
// with twiddles in bit-reversed order, one for each group of butterflies (Harvey, "Faster arithmetic for number-theoretic transforms", 2014).

/// 2^power-th root of unity as snarkjs takes it: 5 is a non-residue modulo r.
template <class L>
typename L::V rootOfUnity(unsigned power) {
  const U256 odd = [] {  // (r - 1) / 2^28
    U256 x = minus(ScalarModulus::m, {{1, 0, 0, 0}});
    for (int i = 0; i < 28; i++)
      for (int j = 0; j < 4; j++) x.w[j] = (x.w[j] >> 1) | (j < 3 ? x.w[j + 1] << 63 : 0);
    return x;
  }();
  auto w = ::zk::ZK_PATH::power<L>(Form<L>::fromPlain(L::broadcast({{5, 0, 0, 0}})), odd);
  for (unsigned i = power; i < 28; i++) w = L::sqr(w);
  return w;
}

/// Vectors of field elements: element e is lane e % lanes of block e / lanes.
template <class L>
using Blocks = Values<typename L::V>;

/// Transforms of one size; n is a power of two of at least lanes^2.
template <class L>
class Ntt {
 public:
  using V = typename L::V;

  Ntt(unsigned power, Task& task) : n_(std::size_t{1} << power) {
    const V root = rootOfUnity<L>(power), inverseRoot = inverse<L>(root);
    const V inverseSize = inverse<L>(Form<L>::fromPlain(L::broadcast({{n_, 0, 0, 0}})));
    // The odd coset, on which snarkjs evaluates: multiples of a root of twice the order.
    const V shift = rootOfUnity<L>(power + 1);
    task.each(3, [&](std::size_t i) {
      if (i == 0) back_ = reversedPowers(inverseRoot, L::one(), n_ / 2);
      if (i == 1) forth_ = reversedPowers(root, L::one(), n_ / 2);
      if (i == 2) coset_ = reversedPowers(shift, inverseSize, n_);
    });
  }

  /// Values on the domain to values on its odd coset, in place.
  void toCoset(Blocks<L>& a, Task& task) const {
    down(a, task);
    task.ranges(a.size(), 4096, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i++) a[i] = L::mul(a[i], coset_[i]);
    });
    up(a, task);
  }

 private:
  static constexpr std::size_t W = L::lanes;
  /// Elements that stay in a core's cache.
  static constexpr std::size_t cached = 8192;

  /// first * base^(bit-reversed k), k < count.
  static Blocks<L> reversedPowers(const V& base, const V& first, std::size_t count) {
    Values<V> steps;  // base^(count / 2), base^(count / 4), ...
    for (V b = base; (std::size_t{1} << steps.size()) < count; b = L::sqr(b)) steps.insert(steps.begin(), b);
    Blocks<L> out(std::max<std::size_t>(1, count / W));
    out[0] = first;
    std::size_t step = 0;
    for (std::size_t width = 1; width < W; width *= 2, step++)
      if (step < steps.size()) out[0] = scaleUpperLanes(out[0], steps[step], width);
    for (std::size_t width = 1; width < out.size(); width *= 2, step++)
      for (std::size_t i = 0; i < width; i++) out[width + i] = L::mul(out[i], steps[step]);
    return out;
  }
  /// Lanes whose number has the bit `width`, times a factor.
  static V scaleUpperLanes(const V& a, const V& factor, std::size_t width) {
    unsigned mask = 0;
    for (std::size_t l = 0; l < W; l++) mask |= (l & width) != 0 ? 1U << l : 0U;
    return L::select(static_cast<typename L::Mask>(mask), L::mul(a, factor), a);
  }

  static void forward(V& lo, V& hi, const V& w) {
    const V t = L::mul(hi, w), u = lo;
    lo = L::addn(u, t);
    hi = L::subn(u, t);
  }
  static void backward(V& lo, V& hi, const V& w) {
    const V u = lo, t = hi;
    lo = L::addn(u, t);
    hi = L::mul(L::sub(u, t), w);
  }

  /// Group g's twiddle in every lane.
  static V twiddle(const Blocks<L>& table, std::size_t g) {
    if constexpr (W == 1) {
      return table[g];
    } else {
      return L::broadcastLane(table[g / W], static_cast<unsigned>(g % W));
    }
  }

  /// Butterflies of one group over blocks [begin, end) of its lower half; `half` in blocks.
  template <bool isForward>
  static void stage(V* a, std::size_t half, const V& w, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; i++) {
      if constexpr (isForward) forward(a[i], a[i + half], w);
      else backward(a[i], a[i + half], w);
    }
  }

  /// The groups below group g of size `blocks`, depth first, so that what fits the cache is finished there.
  static void downFrom(V* a, std::size_t g, std::size_t blocks, const Blocks<L>& table, const Task& task) {
    if (blocks * W >= cached) task.check();
    if (blocks == W && W > 1) return lastStages<true>(a, g, table);
    if (blocks == 1 && W == 1) return;
    stage<true>(a, blocks / 2, twiddle(table, g), 0, blocks / 2);
    downFrom(a, 2 * g, blocks / 2, table, task);
    downFrom(a + blocks / 2, 2 * g + 1, blocks / 2, table, task);
  }
  static void upFrom(V* a, std::size_t g, std::size_t blocks, const Blocks<L>& table, const Task& task) {
    if (blocks * W >= cached) task.check();
    if (blocks == W && W > 1) return lastStages<false>(a, g, table);
    if (blocks == 1 && W == 1) return;
    upFrom(a, 2 * g, blocks / 2, table, task);
    upFrom(a + blocks / 2, 2 * g + 1, blocks / 2, table, task);
    stage<false>(a, blocks / 2, twiddle(table, g), 0, blocks / 2);
  }

  /// W blocks of W elements: between blocks first, then within them, transposed so that lanes are W groups.
  template <bool isForward>
  static void lastStages(V* a, std::size_t g, const Blocks<L>& table) {
    if constexpr (W > 1) {
      const auto between = [&](std::size_t half) {
        for (std::size_t s = 0; s < W; s += 2 * half)
          stage<isForward>(a + s, half, twiddle(table, g * (W / (2 * half)) + s / (2 * half)), 0, half);
      };
      const auto within = [&](std::size_t half) {
        // Lane l is group g * W + l of size W; at this stage it has W / (2 half) subgroups.
        const std::size_t parts = W / (2 * half);
        V w[W / 2];
        for (std::size_t i = 0; i < parts; i++) w[i] = table[(g * W * parts) / W + i];
        L::deinterleave(w, parts);
        for (std::size_t s = 0; s < parts; s++) stage<isForward>(a + s * 2 * half, half, w[s], 0, half);
      };
      if constexpr (isForward) {
        for (std::size_t half = W / 2; half > 0; half /= 2) between(half);
        L::transposeElements(a);
        for (std::size_t half = W / 2; half > 0; half /= 2) within(half);
        L::transposeElements(a);
      } else {
        L::transposeElements(a);
        for (std::size_t half = 1; half < W; half *= 2) within(half);
        L::transposeElements(a);
        for (std::size_t half = 1; half < W; half *= 2) between(half);
      }
    }
  }

  /// Levels at the top that are shared out stage by stage, so that every thread has groups of its own below them.
  unsigned sharedLevels(const Blocks<L>& a, const Task& task) const {
    unsigned levels = 0;
    while (task.threads() > 1 && (std::size_t{1} << levels) < 4 * task.threads() && (a.size() >> (levels + 1)) > W) levels++;
    return levels;
  }
  template <bool isForward>
  void sharedStage(Blocks<L>& a, unsigned level, const Blocks<L>& table, Task& task) const {
    const std::size_t size = a.size() >> level, half = size / 2;
    task.ranges(a.size() / 2, 2048, [&](std::size_t begin, std::size_t end) {
      while (begin < end) {
        const std::size_t g = begin / half, stop = std::min(end, (g + 1) * half);
        stage<isForward>(a.data() + g * size, half, twiddle(table, g), begin - g * half, stop - g * half);
        begin = stop;
      }
    });
  }
  void down(Blocks<L>& a, Task& task) const {
    const unsigned shared = sharedLevels(a, task);
    for (unsigned level = 0; level < shared; level++) sharedStage<true>(a, level, back_, task);
    const std::size_t size = a.size() >> shared;
    task.each(std::size_t{1} << shared, [&](std::size_t g) { downFrom(a.data() + g * size, g, size, back_, task); });
  }
  void up(Blocks<L>& a, Task& task) const {
    const unsigned shared = sharedLevels(a, task);
    const std::size_t size = a.size() >> shared;
    task.each(std::size_t{1} << shared, [&](std::size_t g) { upFrom(a.data() + g * size, g, size, forth_, task); });
    for (unsigned level = shared; level-- > 0;) sharedStage<false>(a, level, forth_, task);
  }

  std::size_t n_;
  Blocks<L> back_, forth_, coset_;
};
