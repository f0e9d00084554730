// Multi-scalar multiplication, sum of k_i * P_i, by buckets (Pippenger, 1976): signed digits of c bits; in each window the points are
// sorted by digit, each bucket is summed as a tree of batched affine additions, and the buckets by running sums, one stretch a lane.

/// One multi-scalar multiplication over G1 or G2. Construct, compute every window on any thread, combine.
template <class F>
class Msm {
 public:
  using V = typename F::V;
  static constexpr std::size_t words = 2 * F::words;  // of a point

  /// points: n affine points as a zkey has them (Montgomery, R = 2^256; zero for infinity); scalars: n plain numbers below the group order.
  Msm(const unsigned char* points, const U256* scalars, std::size_t n, Task& task) { gather(points, scalars, n, task); }

  unsigned windows() const { return windows_; }

  /// The sum of one window's buckets, the same in every lane.
  Projective<F> window(unsigned w, const Task& task) const {
    // Kept by the thread from one window to the next: the system would have to clear new memory each time.
    thread_local Values<u64> buckets;
    buckets.assign((std::size_t{1} << (bits_ - 1)) * words, 0);
    fillBuckets(w, buckets, task);
    task.check();
    return sumBuckets(buckets, task);
  }

  /// Horner's rule over the windows' sums.
  Projective<F> combine(const Values<Projective<F>>& sums) const {
    Projective<F> out = infinity<F>();
    for (unsigned w = windows_; w-- > 0;) {
      for (unsigned i = 0; i < bits_; i++) out = add<F>(out, out);
      out = add<F>(out, sums[w]);
    }
    return out;
  }

 private:
  static constexpr std::size_t chunk = 2 * BatchAdder<F>::capacity - 1;  // and a bucket that began before

  static constexpr unsigned maxBits = 15;
  static constexpr std::uint32_t negative = 0x8000, magnitude = 0x7fff;

  /// Cost in additions: a point in each window, and two projective additions, eight at a time, for each bucket.
  static unsigned chooseBits(std::size_t n) {
    unsigned best = 4;
    double least = 1e300;
    for (unsigned c = 4; c <= maxBits; c++) {
      const double cost = (253 / c + 1) * (static_cast<double>(n) + 2.5 * static_cast<double>(1U << (c - 1)));
      if (cost < least) {
        least = cost;
        best = c;
      }
    }
    return best;
  }

  void gather(const unsigned char* points, const U256* scalars, std::size_t n, Task& task) {
    constexpr std::size_t block = 4096;
    const std::size_t blocks = (n + block - 1) / block;
    const auto counts = [&](std::size_t i) { return !isZero(scalars[i]) && !isInfinite(points + i * words * 8); };
    std::vector<std::size_t> starts(blocks + 1, 0);
    task.each(blocks, [&](std::size_t k) {
      std::size_t live = 0;
      for (std::size_t i = k * block; i < std::min(n, (k + 1) * block); i++) live += counts(i);
      starts[k + 1] = live;
    });
    for (std::size_t k = 0; k < blocks; k++) starts[k + 1] += starts[k];
    const std::size_t live = starts[blocks];
    bits_ = chooseBits(live);
    windows_ = 253 / bits_ + 1;
    size_ = live;
    points_.resize(live * words);
    digits_.resize(live * windows_);
    task.each(blocks, [&](std::size_t k) {
      std::vector<const u64*> sources;
      const std::size_t at = starts[k], most = starts[k + 1] - at;
      for (std::size_t i = k * block; i < std::min(n, (k + 1) * block) && sources.size() < most; i++) {
        if (!counts(i)) continue;  // a file that changed may now have other points at infinity, and fewer than `most` are left
        recode(scalars[i], at + sources.size());
        sources.push_back(reinterpret_cast<const u64*>(points + i * words * 8));
      }
      convert(sources, points_.data() + at * words);
    });
  }

  static bool isInfinite(const unsigned char* point) {
    u64 any = 0, word;
    for (std::size_t i = 0; i < words; i++) {
      std::memcpy(&word, point + 8 * i, 8);
      any |= word;
    }
    return any == 0;
  }

  /// Digits of min(k, r - k) in [-2^(c-1), 2^(c-1)), the top one not signed; all are negated with the point if k > r / 2.
  void recode(const U256& k, std::size_t at) {
    const U256 negated = minus(ScalarModulus::m, k);
    const bool negate = lessThan(negated, k);
    const U256 least = negate ? negated : k;
    const std::uint32_t half = 1U << (bits_ - 1);
    std::uint32_t carry = 0;
    for (unsigned w = 0; w < windows_; w++) {
      const unsigned from = w * bits_, word = from / 64, shift = from % 64;
      u64 bits = least.w[word] >> shift;
      if (shift + bits_ > 64 && word < 3) bits |= least.w[word + 1] << (64 - shift);
      std::uint32_t digit = (static_cast<std::uint32_t>(bits) & (2 * half - 1)) + carry;
      carry = digit >= half && w + 1 < windows_;
      if (carry != 0) digit = 2 * half - digit;
      const bool minusDigit = (carry != 0) != negate;
      digits_[w * size_ + at] = static_cast<std::uint16_t>(digit | (minusDigit ? negative : 0U));
    }
  }

  /// Points to this lane's form, reduced, so that m - y is their negation.
  static void convert(const std::vector<const u64*>& sources, u64* out) {
    u64 spare[words];
    for (std::size_t i = 0; i < sources.size(); i += F::lanes) {
      const u64* from[F::lanes];
      u64* to[F::lanes];
      for (unsigned l = 0; l < F::lanes; l++) {
        const bool real = i + l < sources.size();
        from[l] = sources[real ? i + l : i];
        to[l] = real ? out + (i + l) * words : spare;
      }
      V x, y;
      F::loadPoint(from, x, y);
      F::storePoint(to, F::reform(x), F::reform(y));
    }
  }

  void fillBuckets(unsigned w, Values<u64>& buckets, const Task& task) const {
    const std::size_t n = size_, count = std::size_t{1} << (bits_ - 1);
    thread_local std::vector<std::uint32_t> ends, sorted;
    ends.assign(count + 2, 0);
    const std::uint16_t* digits = digits_.data() + w * n;
    for (std::size_t i = 0; i < n; i++) ends[(digits[i] & magnitude) + 1]++;
    ends[1] = 0;  // digit 0
    for (std::size_t b = 1; b <= count; b++) ends[b + 1] += ends[b];
    task.check();
    sorted.resize(ends[count + 1]);
    for (std::size_t i = 0; i < n; i++) {
      const std::uint32_t d = digits[i], b = d & magnitude;
      if (b != 0) sorted[ends[b]++] = static_cast<std::uint32_t>(i) | (d & negative) << 16;
    }
    // ends[b] is now the end of bucket b, and of digit b; bucket b is buckets[b - 1].
    thread_local Scratch scratch;
    std::size_t bucket = 1;
    for (std::size_t begin = 0; begin < sorted.size(); begin += chunk) {
      task.check();
      const std::size_t end = std::min(sorted.size(), begin + chunk);
      while (ends[bucket] <= begin) bucket++;
      const u64* first = &buckets[(bucket - 1) * words];
      const bool begun = !isInfinite(reinterpret_cast<const unsigned char*>(first));
      scratch.load(*this, sorted.data() + begin, end - begin, begun ? first : nullptr);
      for (std::size_t at = begin; at < end;) {
        while (ends[bucket] <= at) bucket++;
        const std::size_t stop = std::min<std::size_t>(end, ends[bucket]);
        scratch.segments.push_back({bucket - 1, stop - at + (begun && at == begin ? 1 : 0)});
        at = stop;
      }
      scratch.reduce(buckets);
    }
  }

  struct Segment {
    std::size_t bucket, length;
  };

  /// One chunk of a window's sorted points, halved until each bucket has one.
  struct Scratch {
    std::vector<Segment> segments;
    BatchAdder<F> adder;

    /// The points of a chunk, negated where their digits are, behind what its first bucket already holds.
    void load(const Msm& msm, const std::uint32_t* entries, std::size_t n, const u64* begun) {
      segments.clear();
      adder.expectFinite();
      current.clear();
      if (begun != nullptr) {
        std::memcpy(&points[n * words], begun, words * 8);
        current.push_back(&points[n * words]);
      }
      constexpr std::size_t ahead = 24;
      for (std::size_t i = 0; i < n; i++) {
        if (i + ahead < n)
          for (std::size_t line = 0; line < words; line += 8)
            __builtin_prefetch(&msm.points_[(entries[i + ahead] & 0x7fffffff) * words + line]);
        const u64* p = &msm.points_[(entries[i] & 0x7fffffff) * words];
        u64* out = &points[i * words];
        std::memcpy(out, p, words * 8);
        if (entries[i] >> 31)
          for (std::size_t c = F::words; c < words; c += 4) {
            U256 y;
            std::memcpy(y.w, p + c, 32);
            if (!isZero(y)) y = minus(BaseModulus::m, y);
            std::memcpy(out + c, y.w, 32);
          }
        current.push_back(out);
      }
    }

    /// Sums every segment into its bucket.
    void reduce(Values<u64>& buckets) {
      u64* out = sums[0].data();
      u64* other = sums[1].data();
      for (bool more = true; more;) {
        more = false;
        std::size_t from = 0, to = 0;
        for (Segment& s : segments) {
          const std::size_t pairs = s.length / 2;
          for (std::size_t i = 0; i < pairs; i++, to++) {
            u64* dst = out + to * words;
            adder.push(current[from + 2 * i], current[from + 2 * i + 1], dst);
            next[to] = dst;
          }
          if (s.length & 1) next[to++] = current[from + s.length - 1];
          from += s.length;
          s.length -= pairs;
          more |= s.length > 1;
        }
        adder.run();
        current.assign(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(to));
        // A point left over may lie in the buffer that the round after next writes: points move at most one round late.
        for (std::size_t i = 0; i < to; i++)
          if (isIn(current[i], other)) {
            std::memcpy(out + i * words, current[i], words * 8);
            current[i] = out + i * words;
          }
        std::swap(out, other);
      }
      for (std::size_t i = 0; i < segments.size(); i++) std::memcpy(&buckets[segments[i].bucket * words], current[i], words * 8);
    }

   private:
    bool isIn(const u64* p, const u64* buffer) const { return p >= buffer && p < buffer + capacity * words; }
    static constexpr std::size_t capacity = chunk + 1;
    std::vector<const u64*> current, next = std::vector<const u64*>(capacity);
    Values<u64> points = Values<u64>(capacity * words);
    Values<u64> sums[2] = {Values<u64>(capacity * words), Values<u64>(capacity * words)};
  };

  /// Sum of (b + 1) * buckets[b]. Each lane has a stretch of the buckets: with S its sum and T its running sum, T + first * S.
  Projective<F> sumBuckets(const Values<u64>& buckets, const Task& task) const {
    const std::size_t stretch = (buckets.size() / words) / F::lanes;
    Projective<F> sum = infinity<F>(), running = infinity<F>();
    for (std::size_t k = stretch; k-- > 0;) {
      if (k % 1024 == 0) task.check();
      const u64* at[F::lanes];
      for (unsigned l = 0; l < F::lanes; l++) at[l] = &buckets[(l * stretch + k) * words];
      V x, y;
      F::loadPoint(at, x, y);
      sum = add<F>(sum, fromAffine<F>(x, y));
      running = add<F>(running, sum);
    }
    for (std::size_t m = 1; m < stretch; m *= 2) sum = add<F>(sum, sum);  // stretch is a power of two
    Projective<F> suffix = infinity<F>(), out = laneOf(running, 0);
    for (unsigned l = F::lanes; l-- > 1;) {
      suffix = add<F>(suffix, laneOf(sum, l));
      out = add<F>(add<F>(out, suffix), laneOf(running, l));
    }
    return out;
  }

  /// One lane's point in every lane.
  static Projective<F> laneOf(const Projective<F>& p, unsigned lane) {
    u64 xy[F::lanes][words], zz[F::lanes][words];
    u64* toXy[F::lanes];
    u64* toZ[F::lanes];
    const u64* fromXy[F::lanes];
    const u64* fromZ[F::lanes];
    for (unsigned l = 0; l < F::lanes; l++) {
      toXy[l] = xy[l];
      toZ[l] = zz[l];
      fromXy[l] = xy[lane];
      fromZ[l] = zz[lane];
    }
    F::storePoint(toXy, F::stored(p.x), F::stored(p.y));
    F::storePoint(toZ, F::stored(p.z), F::stored(p.z));
    Projective<F> out;
    V spare;
    F::loadPoint(fromXy, out.x, out.y);
    F::loadPoint(fromZ, out.z, spare);
    return out;
  }

  unsigned bits_ = 0, windows_ = 0;
  std::size_t size_ = 0;
  Values<u64> points_;
  Values<std::uint16_t> digits_;  // of window w and point i at w * size_ + i: its magnitude, and whether it is negative
};
