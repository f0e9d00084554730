// The hooks of one engine, included by its file after everything of the engine itself.

namespace zk {
namespace ZK_PATH {

constexpr std::size_t wordsOfValue = 5;

/// An operation on vectors, fed with `lanes` groups of values at a time; what is over in the last vector repeats its first group.
template <class L>
FieldOp vectorOp(std::size_t arity, std::size_t results, std::function<void(const typename L::V*, typename L::V*)> op) {
  using V = typename L::V;
  constexpr std::size_t limbs = sizeof(V) / 8 / L::lanes;
  return {arity, results, [=](const u64* in, u64* out, std::size_t n) {
            Values<V> from(arity), to(results);
            for (std::size_t i = 0; i < n; i += L::lanes) {
              for (std::size_t l = 0; l < L::lanes; l++)
                for (std::size_t a = 0; a < arity; a++)
                  for (std::size_t k = 0; k < limbs; k++)
                    std::memcpy(reinterpret_cast<unsigned char*>(&from[a]) + 8 * (k * L::lanes + l),
                                in + ((i + l < n ? i + l : i) * arity + a) * wordsOfValue + k, 8);
              op(from.data(), to.data());
              for (std::size_t l = 0; l < L::lanes && i + l < n; l++)
                for (std::size_t r = 0; r < results; r++)
                  for (std::size_t k = 0; k < limbs; k++)
                    std::memcpy(out + ((i + l) * results + r) * wordsOfValue + k,
                                reinterpret_cast<unsigned char*>(&to[r]) + 8 * (k * L::lanes + l), 8);
            }
          }};
}

/// 1 as a raw number where the mask is set, else 0.
template <class L>
typename L::V flags(typename L::Mask m) {
  return L::select(m, L::broadcast({{1, 0, 0, 0}}), L::zero());
}

template <class L>
std::map<std::string, FieldOp> laneOps() {
  using V = typename L::V;
  using C = const V*;
  std::map<std::string, FieldOp> ops;
  const auto unary = [&](const char* name, auto f) { ops[name] = vectorOp<L>(1, 1, [f](C in, V* out) { out[0] = f(in[0]); }); };
  const auto binary = [&](const char* name, auto f) { ops[name] = vectorOp<L>(2, 1, [f](C in, V* out) { out[0] = f(in[0], in[1]); }); };
  binary("add", [](const V& a, const V& b) { return L::add(a, b); });
  binary("sub", [](const V& a, const V& b) { return L::sub(a, b); });
  binary("addn", [](const V& a, const V& b) { return L::addn(a, b); });
  binary("subn", [](const V& a, const V& b) { return L::subn(a, b); });
  binary("mul", [](const V& a, const V& b) { return L::mul(a, b); });
  ops["sub2n"] = vectorOp<L>(3, 1, [](C in, V* out) { out[0] = L::sub2n(in[0], in[1], in[2]); });
  unary("sqr", [](const V& a) { return L::sqr(a); });
  unary("inverse", [](const V& a) { return inverse<L>(a); });
  unary("stored", [](const V& a) { return L::stored(a); });
  unary("canonical", [](const V& a) { return L::canonical(a); });
  unary("isZero", [](const V& a) { return flags<L>(L::isZero(a)); });
  unary("isZeroBits", [](const V& a) { return flags<L>(L::isZeroBits(a)); });
  unary("fromPlain", [](const V& a) { return Form<L>::fromPlain(a); });
  unary("from256", [](const V& a) { return Form<L>::from256(a); });
  unary("toPlain", [](const V& a) { return Form<L>::toPlain(a); });
  unary("to256", [](const V& a) { return Form<L>::to256(a); });
  // To memory and back.
  unary("single", [](const V& a) {
    u64 memory[L::lanes][4];
    u64* to[L::lanes];
    for (unsigned l = 0; l < L::lanes; l++) to[l] = memory[l];
    L::store(to, a);
    return L::load(to);
  });
  ops["pair"] = vectorOp<L>(2, 2, [](C in, V* out) {
    u64 memory[L::lanes][8];
    u64* to[L::lanes];
    for (unsigned l = 0; l < L::lanes; l++) to[l] = memory[l];
    L::storePair(to, in[0], in[1]);
    L::loadPair(to, out[0], out[1]);
  });
  return ops;
}

template <class L>
void addTowerOps(std::map<std::string, FieldOp>& ops) {
  using V = typename L::V;
  using C = const V*;
  using G1 = Fp<L>;
  using G2 = Fp2<L>;
  const auto put = [](V* out, const typename G2::V& v) {
    out[0] = v.c0;
    out[1] = v.c1;
  };
  ops["times3b"] = vectorOp<L>(1, 1, [](C in, V* out) { out[0] = G1::times3b(in[0]); });
  ops["fp2.mul"] = vectorOp<L>(4, 2, [=](C in, V* out) { put(out, G2::mul({in[0], in[1]}, {in[2], in[3]})); });
  ops["fp2.sub2n"] = vectorOp<L>(6, 2, [=](C in, V* out) { put(out, G2::sub2n({in[0], in[1]}, {in[2], in[3]}, {in[4], in[5]})); });
  ops["fp2.sqr"] = vectorOp<L>(2, 2, [=](C in, V* out) { put(out, G2::sqr({in[0], in[1]})); });
  ops["fp2.inverse"] = vectorOp<L>(2, 2, [=](C in, V* out) { put(out, G2::inv({in[0], in[1]})); });
  ops["fp2.times3b"] = vectorOp<L>(2, 2, [=](C in, V* out) { put(out, G2::times3b({in[0], in[1]})); });
  ops["g1.add"] = vectorOp<L>(6, 3, [](C in, V* out) {
    const auto p = add<G1>({in[0], in[1], in[2]}, {in[3], in[4], in[5]});
    out[0] = p.x;
    out[1] = p.y;
    out[2] = p.z;
  });
  ops["g2.add"] = vectorOp<L>(12, 6, [=](C in, V* out) {
    const auto p = add<G2>({{in[0], in[1]}, {in[2], in[3]}, {in[4], in[5]}}, {{in[6], in[7]}, {in[8], in[9]}, {in[10], in[11]}});
    put(out, p.x);
    put(out + 2, p.y);
    put(out + 4, p.z);
  });
}

template <class F>
Bytes sumOf(const unsigned char* points, const unsigned char* scalars, std::size_t n, Task& task) {
  std::vector<U256> k(n);
  if (n > 0) std::memcpy(k.data(), scalars, 32 * n);
  const Msm<F> msm(points, k.data(), n, task);
  Values<Projective<F>> windows;
  Sums sums;
  sums.plan(msm, windows, 1.0, task);
  sums.run(task);
  u64 words[2 * F::words];
  plainWords<F>(msm.combine(windows), words);
  Bytes out(sizeof words);
  std::memcpy(out.data(), words, sizeof words);
  return out;
}

inline Bytes msm(bool g2, const unsigned char* points, const unsigned char* scalars, std::size_t n, Task& task) {
  return g2 ? sumOf<Fp2<Lane<BaseModulus>>>(points, scalars, n, task) : sumOf<Fp<Lane<BaseModulus>>>(points, scalars, n, task);
}

template <class L>
Bytes cosetOf(unsigned power, const unsigned char* values, Task& task) {
  std::vector<U256> rows(std::size_t{1} << power);
  std::memcpy(rows.data(), values, 32 * rows.size());
  Blocks<L> a = Quotient<L>::blocksOf(rows, task);
  Ntt<L>(power, task).toCoset(a, task);
  for (std::size_t i = 0; i < a.size(); i++) {
    u64* at[L::lanes];
    for (unsigned l = 0; l < L::lanes; l++) at[l] = rows[i * L::lanes + l].w;
    L::store(at, Form<L>::toPlain(a[i]));
  }
  Bytes out(32 * rows.size());
  std::memcpy(out.data(), rows.data(), out.size());
  return out;
}

/// With the choice of lanes that the prover makes.
inline Bytes toCoset(unsigned power, const unsigned char* values, Task& task) {
  using L = Lane<ScalarModulus>;
  return std::size_t{1} << power >= L::lanes * L::lanes ? cosetOf<L>(power, values, task) : cosetOf<ScalarLane<ScalarModulus>>(power, values, task);
}

inline Hooks hooks(const char* name) {
  using L = Lane<BaseModulus>;
  constexpr unsigned limbs = sizeof(typename L::V) / 8 / L::lanes;
  Hooks out{name, L::lanes, limbs, limbs == 5 ? 52U : 64U, laneOps<L>(), laneOps<Lane<ScalarModulus>>(), msm, toCoset};
  addTowerOps<L>(out.base);
  return out;
}

}  // namespace ZK_PATH
}  // namespace zk
