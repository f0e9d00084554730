// Lagrange polynomials of a subgroup of order n = 2^power, at one point: L_j(tau) = (tau^n - 1) / n * w^j / (tau - w^j), with w of order n.

/// Which of them: L_first, L_(first + step), ..., each times a factor (plain).
struct LagrangePlan {
  unsigned power;
  u64 first, step;
  U256 factor;
};

/// out[i] = the plan's i-th polynomial at tau, a plain number that is no root of unity of the order. `form` says as what.
template <class L>
void lagrangeAt(const U256& tau, const LagrangePlan& plan, typename L::V (*form)(const typename L::V&), SecretNumbers& out, Task& task) {
  using V = typename L::V;
  constexpr std::size_t block = 4096;
  const u64 n = u64{1} << plan.power;
  const auto number = [](const U256& a) { return Form<L>::fromPlain(L::broadcast(a)); };
  const auto raised = [](const V& a, u64 e) { return ::zk::ZK_PATH::power<L>(a, {{e, 0, 0, 0}}); };
  const V w = rootOfUnity<L>(plan.power), point = number(tau);
  const V vanishing = L::subn(raised(point, n), L::one());
  const V scale = L::mul(L::mul(vanishing, inverse<L>(number({{n, 0, 0, 0}}))), number(plan.factor));
  V start;  // lane l: w^(first + step l)
  {
    const V stride = raised(w, plan.step);
    u64 words[L::lanes][4], spare[4];
    V power = raised(w, plan.first);
    const u64* from[L::lanes];
    for (unsigned l = 0; l < L::lanes; l++, power = L::mul(power, stride)) {
      u64* to[L::lanes];
      for (unsigned k = 0; k < L::lanes; k++) to[k] = k == 0 ? words[l] : spare;
      L::store(to, power);
      from[l] = words[l];
    }
    start = L::load(from);
  }
  const V stride = raised(w, plan.step * L::lanes);
  task.each((out.size() + block - 1) / block, [&](std::size_t k) {
    const std::size_t begin = k * block, end = std::min(out.size(), begin + block), vectors = (end - begin + L::lanes - 1) / L::lanes;
    Values<V> points(vectors), differences(vectors), prefixes(vectors);
    V root = L::mul(start, raised(w, plan.step * begin)), product = L::one();
    for (std::size_t v = 0; v < vectors; v++) {
      points[v] = root;
      differences[v] = L::sub(point, root);
      prefixes[v] = product;
      product = L::mul(product, differences[v]);
      root = L::mul(root, stride);
    }
    V inverted = inverse<L>(product);
    for (std::size_t v = vectors; v-- > 0;) {
      const V value = L::mul(L::mul(points[v], scale), L::mul(inverted, prefixes[v]));
      inverted = L::mul(inverted, differences[v]);
      u64 spare[4];
      u64* to[L::lanes];
      for (unsigned l = 0; l < L::lanes; l++) {
        const std::size_t i = begin + v * L::lanes + l;
        to[l] = i < end ? out[i].w : spare;
      }
      L::store(to, form(value));
    }
    for (Values<V>* used : {&differences, &prefixes}) wipe(used->data(), vectors * sizeof(V));
  });
}
