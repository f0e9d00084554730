// Groth16 (Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016/260) with snarkjs' keys: the quotient is given by its
// values on the odd coset of the domain, and the key's H points are in the matching Lagrange basis.

/// <matrix row, witness> for the rows of A and of B.
struct Rows {
  std::vector<U256> a, b;  // Montgomery form, R = 2^256
};

inline Rows evaluateRows(const Zkey& key, const Witness& witness, Task& task) {
  using S = ScalarLane<ScalarModulus>;
  Rows rows{std::vector<U256>(key.domainSize), std::vector<U256>(key.domainSize)};
  // One share for each thread and matrix: no two write the same row, in whatever order the key has its coefficients.
  const std::size_t shares = (task.threads() + 1) / 2, size = (key.domainSize + shares - 1) / shares;
  task.each(2 * shares, [&](std::size_t share) {
    const std::uint32_t matrix = share % 2;
    const u64 first = share / 2 * size, last = std::min<u64>(key.domainSize, first + size);
    std::vector<U256>& out = matrix == 0 ? rows.a : rows.b;
    for (u64 i = 0; i < key.nCoefficients; i++) {
      if (i % 65536 == 0) task.check();
      const unsigned char* at = key.coefficients + i * coefficientSize;
      std::uint32_t head[3];
      for (unsigned j = 0; j < 3; j++) head[j] = readOnce<std::uint32_t>(at + 4 * j);
      if (head[0] > 1 || head[1] >= key.domainSize || head[2] >= key.nVars)
        throw Failure("ARTIFACT_CORRUPT", "the proving key has a coefficient out of range");
      if (head[0] != matrix || head[1] < first || head[1] >= last) continue;
      S::V value, wire, sum;
      std::memcpy(wire.l, witness.values[head[2]].w, 32);
      if (S::isZeroBits(wire)) continue;
      std::memcpy(value.l, at + 12, 32);
      std::memcpy(sum.l, out[head[1]].w, 32);
      sum = S::add(sum, S::mul(value, wire));
      std::memcpy(out[head[1]].w, sum.l, 32);
    }
  });
  return rows;
}

template <class L>
struct Quotient {
  using V = typename L::V;

  static Blocks<L> blocksOf(const std::vector<U256>& rows, Task& task) {
    Blocks<L> out(rows.size() / L::lanes);
    task.ranges(out.size(), 4096, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i++) {
        const u64* at[L::lanes];
        for (unsigned l = 0; l < L::lanes; l++) at[l] = rows[i * L::lanes + l].w;
        out[i] = Form<L>::from256(L::load(at));
      }
    });
    return out;
  }

  /// A * B - C on the odd coset, where C is A * B on the domain: plain numbers.
  static std::vector<U256> evaluate(const Zkey& key, const Witness& witness, Task& task) {
    Blocks<L> a, b, c;
    {
      const Rows rows = evaluateRows(key, witness, task);
      a = blocksOf(rows.a, task);
      b = blocksOf(rows.b, task);
    }
    task.advance(0.05);
    c.resize(a.size());
    task.ranges(a.size(), 4096, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i++) c[i] = L::mul(a[i], b[i]);
    });
    const Ntt<L> ntt(key.power, task);
    for (Blocks<L>* p : {&a, &b, &c}) {
      ntt.toCoset(*p, task);
      task.advance(0.05);
    }
    std::vector<U256> out(key.domainSize);
    task.ranges(a.size(), 4096, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i++) {
        u64* at[L::lanes];
        for (unsigned l = 0; l < L::lanes; l++) at[l] = out[i * L::lanes + l].w;
        L::store(at, Form<L>::toPlain(L::sub(L::stored(L::mul(a[i], b[i])), c[i])));
      }
    });
    return out;
  }
};

template <class F>
Projective<F> pointOf(const unsigned char* bytes) {
  u64 copy[F::lanes][2 * F::words];
  const u64* at[F::lanes];
  for (unsigned l = 0; l < F::lanes; l++) {
    std::memcpy(copy[l], bytes, sizeof copy[l]);
    at[l] = copy[l];
  }
  typename F::V x, y;
  F::loadPoint(at, x, y);
  return fromAffine<F>(F::reform(x), F::reform(y));
}

/// A point's coordinates as plain numbers.
template <class F>
void plainWords(const Projective<F>& p, u64* out) {
  typename F::V x, y;
  toAffine<F>(p, x, y);
  u64 copy[F::lanes][2 * F::words];
  u64* at[F::lanes];
  for (unsigned l = 0; l < F::lanes; l++) at[l] = copy[l];
  F::storePoint(at, F::plain(x), F::plain(y));
  std::memcpy(out, copy[0], sizeof copy[0]);
}

/// The windows of several sums, made by all threads in any order.
class Sums {
 public:
  template <class F>
  void plan(const Msm<F>& msm, Values<Projective<F>>& out, double units, Task& task) {
    out.resize(msm.windows());
    for (unsigned w = 0; w < msm.windows(); w++)
      jobs_.push_back([&msm, &out, w, units, &task] {
        out[w] = msm.window(w, task);
        task.advance(units / msm.windows());
      });
  }
  void run(Task& task) {
    task.each(jobs_.size(), [&](std::size_t i) { jobs_[i](); });
  }

 private:
  std::vector<std::function<void()>> jobs_;
};

inline Proof prove(const Zkey& key, const Witness& witness, const Blinding& blinding, Task& task) {
  using G1 = Fp<Lane<BaseModulus>>;
  using G2 = Fp2<Lane<BaseModulus>>;
  if (witness.values.size() != key.nVars) throw Failure("KEY_MISMATCH", "the witness is not of the proving key's circuit");
  // Shares of the time, measured on the default profile.
  task.expect(1.0);
  const U256* wires = witness.values.data();
  const std::vector<U256> quotient = key.domainSize >= Lane<ScalarModulus>::lanes * Lane<ScalarModulus>::lanes
                                         ? Quotient<Lane<ScalarModulus>>::evaluate(key, witness, task)
                                         : Quotient<ScalarLane<ScalarModulus>>::evaluate(key, witness, task);
  const std::size_t firstPrivate = key.nPublic + 1;
  const Msm<G2> b2(key.b2, wires, key.nVars, task);
  const Msm<G1> h(key.h, quotient.data(), key.domainSize, task);
  const Msm<G1> a(key.a, wires, key.nVars, task);
  const Msm<G1> c(key.c, wires + firstPrivate, key.nVars - firstPrivate, task);
  const Msm<G1> b1(key.b1, wires, key.nVars, task);
  Values<Projective<G2>> b2Sums;
  Values<Projective<G1>> hSums, aSums, cSums, b1Sums;
  Sums sums;
  sums.plan(b2, b2Sums, 0.3, task);
  sums.plan(h, hSums, 0.2, task);
  sums.plan(a, aSums, 0.1, task);
  sums.plan(c, cSums, 0.1, task);
  sums.plan(b1, b1Sums, 0.1, task);
  sums.run(task);

  const auto delta1 = pointOf<G1>(key.delta1);
  const auto piA = add<G1>(add<G1>(a.combine(aSums), pointOf<G1>(key.alpha1)), times<G1>(delta1, blinding.r));
  const auto piB1 = add<G1>(add<G1>(b1.combine(b1Sums), pointOf<G1>(key.beta1)), times<G1>(delta1, blinding.s));
  const auto piB = add<G2>(add<G2>(b2.combine(b2Sums), pointOf<G2>(key.beta2)), times<G2>(pointOf<G2>(key.delta2), blinding.s));
  // C + H + s A + r B1 - r s delta
  auto piC = add<G1>(c.combine(cSums), h.combine(hSums));
  piC = add<G1>(piC, add<G1>(times<G1>(piA, blinding.s), times<G1>(piB1, blinding.r)));
  using S = ScalarLane<ScalarModulus>;
  const auto rs = S::mul(Form<S>::fromPlain(S::broadcast(blinding.r)), S::broadcast(blinding.s));
  const auto minusRs = S::sub(S::zero(), rs);
  piC = add<G1>(piC, times<G1>(delta1, {{minusRs.l[0], minusRs.l[1], minusRs.l[2], minusRs.l[3]}}));

  Proof proof;
  plainWords<G1>(piA, proof.a.x.w);
  plainWords<G2>(piB, proof.b.x[0].w);
  plainWords<G1>(piC, proof.c.x.w);
  return proof;
}
