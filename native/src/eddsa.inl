// Verification of EdDSA-Poseidon over Baby Jubjub (EIP-2494), with the verdicts of core/eddsa.ts for every input.
//
// Baby Jubjub, a x^2 + y^2 = 1 + d x^2 y^2, is computed on as -x'^2 + y^2 = 1 + d' x'^2 y^2 with x' = sqrt(-a) x and d' = -d/a, which
// saves the multiplications by a. -1 is a square and d' is not, so the addition of Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves
// Revisited" (2008/522), section 3.1, has no exceptions: neither for equal points nor for those of small order.

class BabyJubjub {
 public:
  /// S*B8 = R8 + 8*h*A with h = P5(R8x, R8y, Ax, Ay, msg), where A, R8 and msg are canonical, A and R8 on the curve, 8A is not the identity
  /// and S is below the subgroup's order.
  static bool verify(const SignedMessage& given) {
    if (!canonical(given.message) || !lessThan(given.s, order)) return false;
    if (!canonical(given.ax) || !canonical(given.ay) || !canonical(given.r8x) || !canonical(given.r8y)) return false;
    const Affine key = affine(given.ax, given.ay), r8 = affine(given.r8x, given.r8y);
    if (!onCurve(key) || !onCurve(r8)) return false;
    const Point key8 = doubled(doubled(doubled(extended(key))));
    if (L::isZero(key8.x)) return false;  // the identity: (0, -1), of order 2, is not eight times anything
    const U256 words[5] = {given.r8x, given.r8y, given.ax, given.ay, given.message};
    U256 h;
    poseidon(5, 1, words, &h);
    const Point got = difference(given.s, h, key8);
    return L::isZero(L::sub(got.x, L::mul(r8.x, got.z))) && L::isZero(L::sub(got.y, L::mul(r8.y, got.z)));
  }

 private:
  using L = ScalarLane<ScalarModulus>;
  using V = L::V;
  struct Affine {
    V x, y;
  };
  /// x = X/Z, y = Y/Z, xy = T/Z
  struct Point {
    V x, y, z, t;
  };
  /// What an addition uses of its second point: Y - X, Y + X, 2Z, 2 d' T.
  struct Addend {
    V minus, plus, z2, t2d;
  };

  static constexpr U256 order{{0x677297dc392126f1, 0xab3eedb83920ee0a, 0x370a08b6d0302b0b, 0x060c89ce5c263405}};
  static constexpr U256 rootOfMinusA{{0x6c7be2c1d8b2d768, 0x74a5f6ca321ea117, 0x2c7ac0ce84e61177, 0x0e0ff35005d6e54b}};
  static constexpr U256 dPrime{{0xd075ca8cf4d7eb8e, 0x039b2959ebb7c867, 0x3df072d799fd11fc, 0x1aee90f15f218969}};
  static constexpr U256 base8[2] = {{{0x2893f3f6bb957051, 0x2ab8d8010534e0b6, 0x4eacb2e09d6277c1, 0x0bb77a6ad63e739b}},
                                    {{0x4b3c257a872d7d8b, 0xfce0051fb9e13377, 0x25572e1cd16bf9ed, 0x25797203f7a0b249}}};

  static bool canonical(const U256& x) { return lessThan(x, ScalarModulus::m); }
  static V constant(const U256& x) { return Form<L>::fromPlain(L::broadcast(x)); }

  static Affine affine(const U256& x, const U256& y) {
    static const V root = constant(rootOfMinusA);
    return {L::mul(constant(x), root), constant(y)};
  }
  static V d() {
    static const V value = constant(dPrime);
    return value;
  }
  static bool onCurve(const Affine& p) {
    const V x2 = L::sqr(p.x), y2 = L::sqr(p.y);
    return L::isZero(L::sub(L::sub(y2, x2), L::add(L::one(), L::mul(d(), L::mul(x2, y2)))));
  }
  static Point extended(const Affine& p) { return {p.x, p.y, L::one(), L::mul(p.x, p.y)}; }
  static Point identity() { return {L::zero(), L::one(), L::one(), L::zero()}; }
  static Addend addend(const Point& p) {
    const V t = L::mul(d(), p.t);
    return {L::sub(p.y, p.x), L::add(p.y, p.x), L::add(p.z, p.z), L::add(t, t)};
  }
  static Addend negative(const Addend& p) { return {p.plus, p.minus, p.z2, L::sub(L::zero(), p.t2d)}; }

  /// add-2008-hwcd-3
  static Point sum(const Point& p, const Addend& q) {
    const V a = L::mul(L::sub(p.y, p.x), q.minus), b = L::mul(L::add(p.y, p.x), q.plus);
    const V c = L::mul(p.t, q.t2d), z = L::mul(p.z, q.z2);
    return product(L::sub(b, a), L::sub(z, c), L::add(z, c), L::add(b, a));
  }
  /// dbl-2008-hwcd with a = -1
  static Point doubled(const Point& p) {
    const V a = L::sqr(p.x), b = L::sqr(p.y), z = L::sqr(p.z);
    const V e = L::sub(L::sub(L::sqr(L::add(p.x, p.y)), a), b), g = L::sub(b, a);
    return product(e, L::sub(g, L::add(z, z)), g, L::sub(L::zero(), L::add(a, b)));
  }
  static Point product(const V& e, const V& f, const V& g, const V& h) { return {L::mul(e, f), L::mul(g, h), L::mul(f, g), L::mul(e, h)}; }

  /// p, 3p, 5p, ...
  template <unsigned count>
  struct OddMultiples {
    Addend at[count];
    explicit OddMultiples(const Point& p) {
      const Addend twice = addend(doubled(p));
      Point next = p;
      for (unsigned i = 0; i < count; i++, next = sum(next, twice)) at[i] = addend(next);
    }
    Addend times(int odd) const { return odd > 0 ? at[odd / 2] : negative(at[-odd / 2]); }
  };

  /// Digits of a number below 2^254, each 0 or odd and less than 2^(width - 1) in magnitude, of which any `width` neighbours have one that
  /// is not 0 at most (Solinas, "Efficient Arithmetic on Koblitz Curves", 2000: width-w non-adjacent form).
  struct Digits {
    int at[256];
    Digits(const U256& number, unsigned width) {
      U256 rest = number;
      for (int& digit : at) {
        digit = 0;
        if (rest.w[0] & 1) {
          digit = static_cast<int>(rest.w[0] & ((u64{1} << width) - 1));
          if (digit >> (width - 1)) digit -= 1 << width;
          const U256 part{{static_cast<u64>(digit < 0 ? -digit : digit), 0, 0, 0}};
          rest = digit < 0 ? plus(rest, part) : minus(rest, part);
        }
        for (int i = 0; i < 4; i++) rest.w[i] = rest.w[i] >> 1 | (i < 3 ? rest.w[i + 1] << 63 : 0);
      }
    }
  };

  /// s * B8 - h * p with the doublings shared (Straus). Not constant time; everything here is public.
  static Point difference(const U256& s, const U256& h, const Point& p) {
    static const OddMultiples<64> ofBase(extended(affine(base8[0], base8[1])));
    const OddMultiples<8> ofPoint(p);
    const Digits first(s, 8), second(h, 5);
    Point out = identity();
    for (int i = 255; i >= 0; i--) {
      out = doubled(out);
      if (first.at[i] != 0) out = sum(out, ofBase.times(first.at[i]));
      if (second.at[i] != 0) out = sum(out, ofPoint.times(-second.at[i]));
    }
    return out;
  }
};
