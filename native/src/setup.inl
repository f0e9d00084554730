// A development key straight from the constraints (Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016/260, section 3.2):
// with A_i, B_i, C_i wire i's polynomials at tau, the key has A_i and B_i in the groups, and (beta A_i + alpha B_i + C_i) over gamma for the
// constant and the public wires or over delta for the others. As in snarkjs, row nConstraints + i of A binds public wire i to itself, and
// the quotient's points are the Lagrange polynomials of the odd coset, L_(2j+1)(tau) of the doubled domain, over delta.
//
// Memory: 96 bytes a wire, 64 a row of the domain, at most 60 MB of tables, and 4 MB a thread; the file is written as its parts are made.

/// Calls visit(constraint, matrix, wire, factor's bytes) for every term of a block of constraints. The file was checked before, but another
/// process may write to it: no term is read outside of it, and no other wire visited than there are. @throws Failure ARTIFACT_CORRUPT
template <class Visit>
void visitTerms(const R1cs& r1cs, std::size_t block, const Task& task, const Visit& visit) {
  const unsigned char* at = r1cs.blocks[block].at;
  const u64 first = block * u64{R1cs::constraintsPerBlock}, end = std::min<u64>(r1cs.nConstraints, first + R1cs::constraintsPerBlock);
  std::uint32_t sinceCheck = 0;
  const auto expect = [](bool unchanged) {
    if (!unchanged) throw Failure("ARTIFACT_CORRUPT", "the R1CS changed while it was read");
  };
  const auto left = [&] { return static_cast<std::size_t>(r1cs.end - at); };
  for (u64 constraint = first; constraint < end; constraint++)
    for (unsigned matrix = 0; matrix < 3; matrix++) {
      expect(left() >= 4);
      const auto count = readOnce<std::uint32_t>(at);
      at += 4;
      expect(left() / termSize >= count);
      for (std::uint32_t i = 0; i < count; i++, at += termSize) {
        if (++sinceCheck % 65536 == 0) task.check();
        const auto wire = readOnce<std::uint32_t>(at);
        expect(wire < r1cs.nWires);
        visit(static_cast<std::uint32_t>(constraint), matrix, wire, at + 4);
      }
    }
}

class Setup {
 public:
  Setup(const R1cs& r1cs, const Secrets& secrets, OutputFile& out, Task& task)
      : r1cs_(r1cs), secrets_(secrets), out_(out), task_(task), layout_(r1cs), a_(r1cs.nWires), b_(r1cs.nWires), c_(r1cs.nWires), h_(r1cs.domainSize), fixed_(4) {}

  void run() {
    checkSecrets();
    task_.expect(1.0);
    out_.resize(layout_.fileSize);
    layout_.writeFrame(out_);
    writeCoefficients();
    task_.advance(0.02);
    sumPolynomials();
    combine();
    lagrangeAt<Lane<ScalarModulus>>(secrets_.tau, {r1cs_.power + 1, 1, 2, plain(inverted(secrets_.delta))}, Form<Lane<ScalarModulus>>::toPlain, h_, task_);
    task_.advance(0.03);
    writePoints();
    ZkeyLayout::writeMagic(out_);
  }

 private:
  using S = ScalarLane<ScalarModulus>;
  using G1 = Fp<Lane<BaseModulus>>;
  using G2 = Fp2<Lane<BaseModulus>>;

  static S::V load(const void* at) {
    S::V out;
    std::memcpy(out.l, at, 32);
    return out;
  }
  static void store(U256& at, const S::V& value) { std::memcpy(at.w, value.l, 32); }
  static S::V montgomery(const U256& a) { return Form<S>::fromPlain(S::broadcast(a)); }
  static S::V inverted(const U256& a) { return inverse<S>(montgomery(a)); }
  static U256 plain(const S::V& a) {
    U256 out;
    store(out, Form<S>::toPlain(a));
    return out;
  }

  /// The caller draws them; what is refused here would be drawn once in 2^225 times.
  void checkSecrets() const {
    for (const U256* secret : {&secrets_.tau, &secrets_.alpha, &secrets_.beta, &secrets_.gamma, &secrets_.delta})
      if (isZero(*secret) || !lessThan(*secret, ScalarModulus::m)) throw Failure("INTERNAL", "a secret is zero or no field element");
    const S::V vanishing = S::sub(power<S>(montgomery(secrets_.tau), {{2 * r1cs_.domainSize, 0, 0, 0}}), S::one());
    if (S::isZero(vanishing)) throw Failure("INTERNAL", "tau lies in the domain");
  }

  /// The terms of A and B with their factors times R^2, and a one in A for the constant and each public wire.
  /// snarkjs multiplies each by a plain witness value with one Montgomery product and takes the result for Montgomery form.
  void writeCoefficients() {
    const S::V cubed = S::broadcast(powerOfTwo<ScalarModulus>(768));
    const auto append = [&](std::vector<unsigned char>& bytes, std::uint32_t matrix, std::uint32_t row, std::uint32_t wire, const S::V& factor) {
      const std::uint32_t head[3] = {matrix, row, wire};
      const S::V value = S::mul(factor, cubed);
      const std::size_t at = bytes.size();
      bytes.resize(at + coefficientSize);
      std::memcpy(&bytes[at], head, 12);
      std::memcpy(&bytes[at + 12], value.l, 32);
    };
    task_.each(r1cs_.blocks.size() + 1, [&](std::size_t block) {
      std::vector<unsigned char> bytes;
      u64 before = r1cs_.nCoefficients;
      if (block < r1cs_.blocks.size()) {
        before = r1cs_.blocks[block].coefficientsBefore;
        visitTerms(r1cs_, block, task_, [&](std::uint32_t row, unsigned matrix, std::uint32_t wire, const unsigned char* factor) {
          if (matrix < 2) append(bytes, matrix, row, wire, load(factor));
        });
      } else {
        const S::V one = S::broadcast({{1, 0, 0, 0}});
        for (std::uint32_t wire = 0; wire <= r1cs_.nPublic; wire++) append(bytes, 0, r1cs_.nConstraints + wire, wire, one);
      }
      out_.writeAt(layout_.coefficients + before * coefficientSize, bytes.data(), bytes.size());
    });
  }

  /// Each wire's sum of factor * L_row(tau) in the three matrices: plain, since a plain factor times a Montgomery value is.
  void sumPolynomials() {
    SecretNumbers lagrange(r1cs_.domainSize);
    lagrangeAt<Lane<ScalarModulus>>(secrets_.tau, {r1cs_.power, 0, 1, {{1, 0, 0, 0}}}, Form<Lane<ScalarModulus>>::to256, lagrange, task_);
    const auto accumulate = [&](U256& sum, const void* factor, u64 row) {
      store(sum, S::add(load(sum.w), S::mul(load(factor), load(lagrange[row].w))));
    };
    // Every thread reads all the terms and sums those of its own wires.
    const std::size_t shares = task_.threads();
    SecretNumbers* const sums[3] = {&a_, &b_, &c_};
    task_.each(shares, [&](std::size_t share) {
      for (std::size_t block = 0; block < r1cs_.blocks.size(); block++) {
        task_.check();
        visitTerms(r1cs_, block, task_, [&](std::uint32_t row, unsigned matrix, std::uint32_t wire, const unsigned char* factor) {
          if (wire / 64 % shares == share) accumulate((*sums[matrix])[wire], factor, row);
        });
      }
    });
    const U256 one{{1, 0, 0, 0}};
    for (std::uint32_t wire = 0; wire <= r1cs_.nPublic; wire++) accumulate(a_[wire], one.w, u64{r1cs_.nConstraints} + wire);
  }

  /// C_i becomes (beta A_i + alpha B_i + C_i) / (gamma or delta).
  void combine() {
    const S::V alpha = montgomery(secrets_.alpha), beta = montgomery(secrets_.beta);
    const S::V gamma = inverted(secrets_.gamma), delta = inverted(secrets_.delta);
    task_.ranges(r1cs_.nWires, 4096, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; i++) {
        const S::V sum = S::add(load(c_[i].w), S::add(S::mul(load(a_[i].w), beta), S::mul(load(b_[i].w), alpha)));
        store(c_[i], S::mul(sum, i <= r1cs_.nPublic ? gamma : delta));
      }
    });
  }

  /// Numbers to turn into points that stand one after the other in the file.
  struct Job {
    const U256* numbers;
    std::size_t count;
    u64 at;
  };

  /// Blocks of at most FixedBase::block numbers other than 0, and of 1 MB or 2 MB of points.
  template <class F>
  static void plan(std::vector<Job>& jobs, const U256* numbers, std::size_t count, u64 at) {
    for (std::size_t begin = 0; begin < count;) {
      std::size_t end = begin;
      for (std::size_t live = 0; end < count && end - begin < 4 * FixedBase<F>::block; end++)
        if (!isZero(numbers[end]) && live++ == FixedBase<F>::block) break;
      jobs.push_back({numbers + begin, end - begin, at + begin * 16 * F::words});
      begin = end;
    }
  }

  static std::size_t live(const std::vector<Job>& jobs) {
    std::size_t out = 0;
    for (const Job& job : jobs)
      for (std::size_t i = 0; i < job.count; i++) out += !isZero(job.numbers[i]);
    return out;
  }

  template <class F>
  void write(const FixedBase<F>& base, const Job& job) {
    std::vector<u64> points(job.count * 2 * F::words);
    base.multiply(job.numbers, job.count, points.data(), task_);
    out_.writeAt(job.at, points.data(), points.size() * 8);
  }

  void writePoints() {
    const std::size_t n = r1cs_.nWires, nIc = std::size_t{r1cs_.nPublic} + 1;
    fixed_[0] = secrets_.alpha;
    fixed_[1] = secrets_.beta;
    fixed_[2] = secrets_.gamma;
    fixed_[3] = secrets_.delta;
    std::vector<Job> g1, g2;
    plan<G2>(g2, &b_[0], n, layout_.b2);
    plan<G2>(g2, &fixed_[1], 1, layout_.beta2);
    plan<G2>(g2, &fixed_[2], 1, layout_.gamma2);
    plan<G2>(g2, &fixed_[3], 1, layout_.delta2);
    plan<G1>(g1, &h_[0], r1cs_.domainSize, layout_.h);
    plan<G1>(g1, &b_[0], n, layout_.b1);
    plan<G1>(g1, &a_[0], n, layout_.a);
    plan<G1>(g1, &c_[0], nIc, layout_.ic);
    plan<G1>(g1, c_.size() > nIc ? &c_[nIc] : nullptr, n - nIc, layout_.c);
    plan<G1>(g1, &fixed_[0], 1, layout_.alpha1);
    plan<G1>(g1, &fixed_[1], 1, layout_.beta1);
    plan<G1>(g1, &fixed_[3], 1, layout_.delta1);

    const std::size_t liveG1 = live(g1), liveG2 = live(g2);
    FixedBase<G1> base1(liveG1);
    FixedBase<G2> base2(liveG2);
    constexpr double g2Cost = 3;  // of an addition, in those of G1
    const double tables = base1.rows() * base1.rowAdditions() + g2Cost * base2.rows() * base2.rowAdditions();
    const double unit = 0.95 / (tables + base1.rows() * static_cast<double>(liveG1) + g2Cost * base2.rows() * static_cast<double>(liveG2));
    // The dearest first, so that the threads finish together.
    task_.each(base1.rows() + base2.rows(), [&](std::size_t i) {
      const unsigned row = static_cast<unsigned>(i);
      if (row < base2.rows()) base2.buildRow(row, task_);
      else base1.buildRow(row - base2.rows(), task_);
      task_.advance(unit * (row < base2.rows() ? g2Cost * base2.rowAdditions() : base1.rowAdditions()));
    });
    const double perG1 = unit * base1.rows() * static_cast<double>(liveG1) / static_cast<double>(g1.size());
    const double perG2 = unit * g2Cost * base2.rows() * static_cast<double>(liveG2) / static_cast<double>(g2.size());
    task_.each(g1.size() + g2.size(), [&](std::size_t i) {
      if (i < g2.size()) write(base2, g2[i]);
      else write(base1, g1[i - g2.size()]);
      task_.advance(i < g2.size() ? perG2 : perG1);
    });
  }

  const R1cs& r1cs_;
  const Secrets& secrets_;
  OutputFile& out_;
  Task& task_;
  ZkeyLayout layout_;
  SecretNumbers a_, b_, c_, h_;  // plain; c_ begins with what becomes IC
  SecretNumbers fixed_;          // alpha, beta, gamma, delta
};

inline void setup(const R1cs& r1cs, const Secrets& secrets, OutputFile& out, Task& task) { Setup(r1cs, secrets, out, task).run(); }
