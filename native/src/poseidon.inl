// Poseidon (Grassi, Khovratovich, Rechberger, Roy, Schofnegger, 2019/458) as circomlib has it: x^5, 8 full rounds, capacity word 0 first,
// the digest is word 0. The partial rounds use sparse matrices (appendix B); native/src/poseidon-constants.hpp has their order.

template <class L>
class Poseidon {
 public:
  using V = typename L::V;
  using Fixed = typename Dot<L>::Fixed;
  static constexpr unsigned maxWords = 17;

  /// The hash of `arity` words in each lane, given in [0, m) and in Montgomery form. A ready value.
  static V hash(unsigned arity, const V* inputs) {
    const Table& table = tableOf(arity);
    const unsigned t = arity + 1;
    const Fixed* next = table.constants.data();
    V s[maxWords];
    s[0] = Dot<L>::everywhere(next[0]);
    for (unsigned i = 1; i < t; i++) s[i] = L::add(inputs[i - 1], Dot<L>::everywhere(next[i]));
    next += t;
    const Fixed* matrix = next + 3 * t;
    for (int round = 0; round < 3; round++, next += t) full(s, t, matrix, next);
    next += t * t;
    Fixed constants[maxWords];
    const Fixed zero = Dot<L>::fixed(L::zero());
    for (unsigned i = 0; i < t; i++) constants[i] = i == 0 ? *next : zero;
    full(s, t, next + 1, constants);
    next += 1 + t * t;
    for (unsigned round = 0; round < table.partialRounds; round++, next += 2 * t - 1) partial(s, t, matrix[0], next);
    for (unsigned i = 1; i < t; i++) s[i] = L::add(s[i], Dot<L>::everywhere(next[i - 1]));
    next += t - 1;
    for (int round = 0; round < 3; round++, next += t) full(s, t, matrix, next);
    Dot<L> digest(zero);
    for (unsigned i = 0; i < t; i++) digest.add(fifthPower(s[i]), matrix[i]);
    return digest.value();
  }

 private:
  /// The constants of one arity in this lane's form.
  struct Table {
    unsigned partialRounds;
    Values<Fixed> constants;
  };

  static Table makeTable(unsigned arity) {
    Table out{poseidonConstants[arity - 1].partialRounds, {}};
    Values<U256> plain(constantCount(arity, out.partialRounds));
    decodeConstants(arity, plain.data());
    out.constants.reserve(plain.size());
    for (const U256& x : plain) out.constants.push_back(Dot<L>::fixed(L::canonical(Form<L>::fromPlain(L::broadcast(x)))));
    return out;
  }
  template <unsigned arity>
  static const Table& only() {
    static const Table table = makeTable(arity);
    return table;
  }
  /// Made when an arity is first used.
  static const Table& tableOf(unsigned arity) {
    static constexpr const Table& (*tables[16])() = {only<1>, only<2>,  only<3>,  only<4>,  only<5>,  only<6>,  only<7>,  only<8>,
                                                     only<9>, only<10>, only<11>, only<12>, only<13>, only<14>, only<15>, only<16>};
    return tables[arity - 1]();
  }

  static V fifthPower(const V& x) {
    const V square = L::sqr(x);
    return L::mul(L::sqr(square), x);
  }

  static void full(V* s, unsigned t, const Fixed* matrix, const Fixed* constants) {
    V powers[maxWords];
    for (unsigned i = 0; i < t; i++) powers[i] = fifthPower(s[i]);
    for (unsigned i = 0; i < t; i++) {
      Dot<L> sum(constants[i]);
      for (unsigned j = 0; j < t; j++) sum.add(powers[j], matrix[i * t + j]);
      s[i] = sum.value();
    }
  }

  /// word 0 := corner * x + row . rest + constant, rest := rest + column * x, where x is the fifth power of word 0.
  static void partial(V* s, unsigned t, const Fixed& corner, const Fixed* constants) {
    const Fixed *row = constants + 1, *column = row + t - 1;
    Dot<L> sum(constants[0]);
    for (unsigned i = 1; i < t; i++) sum.add(s[i], row[i - 1]);
    const V x = fifthPower(s[0]);
    sum.add(x, corner);
    s[0] = sum.value();
    for (unsigned i = 1; i < t; i++) s[i] = L::addn(s[i], L::mul(x, Dot<L>::everywhere(column[i - 1])));
  }
};

/// Hashes of as many inputs as there are lanes, at in[0], in[1]..., plain and below m.
template <class L>
void hashLanes(unsigned arity, const U256* const* in, U256* const* out) {
  typename L::V inputs[16];
  const u64* from[L::lanes];
  u64* to[L::lanes];
  for (unsigned i = 0; i < arity; i++) {
    for (unsigned lane = 0; lane < L::lanes; lane++) from[lane] = in[lane][i].w;
    inputs[i] = Form<L>::fromPlain(L::load(from));
  }
  for (unsigned lane = 0; lane < L::lanes; lane++) to[lane] = out[lane]->w;
  L::store(to, Form<L>::toPlain(Poseidon<L>::hash(arity, inputs)));
}

/// From this many on, hashes are made together even if they leave lanes empty.
constexpr std::size_t worthLanes = 3;

/// `count` hashes of `arity` plain words below m each.
void poseidon(unsigned arity, std::size_t count, const U256* in, U256* out) {
  using Many = Lane<ScalarModulus>;
  using One = ScalarLane<ScalarModulus>;
  std::size_t done = 0;
  if constexpr (Many::lanes > 1) {
    while (count - done >= worthLanes) {
      U256 unused;
      const U256* from[Many::lanes];
      U256* to[Many::lanes];
      for (unsigned lane = 0; lane < Many::lanes; lane++) {
        const bool used = done + lane < count;
        from[lane] = in + arity * (used ? done + lane : done);
        to[lane] = used ? out + done + lane : &unused;
      }
      hashLanes<Many>(arity, from, to);
      done = count - done < Many::lanes ? count : done + Many::lanes;
    }
  }
  for (; done < count; done++) {
    const U256* from = in + arity * done;
    U256* to = out + done;
    hashLanes<One>(arity, &from, &to);
  }
}
