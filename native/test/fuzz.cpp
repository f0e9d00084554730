// fuzz ENGINE CASES SEED ZKEY WTNS R1CS OUT: proves with damaged copies of a valid key and witness, and reads damaged constraints and
// makes keys of them in OUT. Each case ends in a Failure or in some proof;
// anything else ends the program, by a sanitizer or an alarm. Prints how often each outcome occurred. With fewer than 1000 cases, none are
// made systematically; with 0, files change after they were checked.
#include <unistd.h>

#include <map>
#include <memory>
#include <random>

#include "valid.hpp"

namespace {

constexpr unsigned secondsPerCase = 20;

struct Section {
  std::uint32_t type;
  File data;
};

/// A container, taken apart to be put together with other sizes.
struct Container {
  File head;  // magic and version
  std::vector<Section> sections;

  explicit Container(const File& file) : head(file.begin(), file.begin() + 8) {
    for (std::size_t at = 12; at < file.size();) {
      std::uint32_t type;
      zk::u64 size;
      std::memcpy(&type, &file[at], 4);
      std::memcpy(&size, &file[at + 4], 8);
      const auto data = file.begin() + static_cast<std::ptrdiff_t>(at + 12);
      sections.push_back({type, File(data, data + static_cast<std::ptrdiff_t>(size))});
      at += 12 + size;
    }
  }
  File bytes() const {
    File out = head;
    const auto put = [&](const auto& value) {
      const auto* at = reinterpret_cast<const unsigned char*>(&value);
      out.insert(out.end(), at, at + sizeof value);
    };
    put(static_cast<std::uint32_t>(sections.size()));
    for (const Section& s : sections) {
      put(s.type);
      put(static_cast<zk::u64>(s.data.size()));
      out.insert(out.end(), s.data.begin(), s.data.end());
    }
    return out;
  }
  File& of(std::uint32_t type) {
    for (Section& s : sections)
      if (s.type == type) return s.data;
    throw std::runtime_error("the valid file lacks a section");
  }
  /// Offsets in bytes() at which a header or a section begins or ends, and the words of the section table and of the small sections.
  std::vector<std::size_t> boundaries() const {
    std::vector<std::size_t> out{0, 4, 8};
    std::size_t at = 12;
    for (const Section& s : sections) {
      for (const std::size_t step : {0, 4, 8}) out.push_back(at + step);
      at += 12;
      // headers and the first coefficient whole; points and values are but data
      const std::size_t whole = s.type <= 2 ? 84 : s.type == 4 ? 16 : 0;
      for (std::size_t i = 0; i < s.data.size(); i += 4)
        if (i < whole) out.push_back(at + i);
      at += s.data.size();
    }
    out.push_back(at);
    return out;
  }
};

class Fuzz {
 public:
  Fuzz(const zk::Engine& engine, unsigned seed, File zkey, File wtns, File r1cs, std::string out)
      : engine_(engine), random_(seed), zkey_(std::move(zkey)), wtns_(std::move(wtns)), r1cs_(std::move(r1cs)), out_(std::move(out)),
        key_(zkey_), witness_(wtns_), system_(r1cs_) {}

  void run(std::size_t cases) {
    expectProof();
    if (cases == 0) changes();
    if (cases >= 1000) {
      truncations();
      extremes();
      headers();
      coefficients();
      contents();
    }
    while (count_ < cases) damaged();
    for (std::size_t i = 0; i < cases; i++) constraints();
    for (const auto& [outcome, times] : outcomes_) std::printf("%s %zu\n", outcome.c_str(), times);
  }

 private:
  std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }

  /// A copy in memory of exactly its size, at any alignment, so that every byte read beyond it is seen.
  struct Copy {
    std::unique_ptr<unsigned char[]> memory;
    zk::Span span;
    Copy(const File& file, std::size_t shift) : memory(new unsigned char[file.size() + shift]), span{memory.get() + shift, file.size()} {
      if (!file.empty()) std::memcpy(memory.get() + shift, file.data(), file.size());
    }
  };

  void attempt(const File& zkey, const File& wtns) {
    alarm(secondsPerCase);
    const std::size_t shift = count_ % 9;
    const Copy k(zkey, shift), w(wtns, shift * 5 % 9);
    std::string outcome = "proof";
    try {
      proofOf(engine_, k.span, w.span, 1 + (count_ % 4 == 0));
    } catch (const zk::Failure& e) {
      outcome = e.code;
    }
    outcomes_[outcome]++;
    count_++;
  }
  void tryKey(const File& zkey) { attempt(zkey, wtns_); }
  void tryWitness(const File& wtns) { attempt(zkey_, wtns); }

  /// What is not damaged gives the same proof wherever it lies in memory.
  void expectProof() {
    std::string first;
    for (std::size_t shift = 0; shift < 9; shift++) {
      const Copy k(zkey_, shift), w(wtns_, (shift + 3) % 9);
      const std::string proof = hex(proofOf(engine_, k.span, w.span, 2));
      if (shift == 0) first = proof;
      if (proof != first) throw std::logic_error("the proof depends on the alignment");
    }
  }

  void changes() {
    alarm(secondsPerCase);
    changedWitness();
    changedConstraints([](unsigned char* count) { std::memset(count, 0xff, 4); });
    changedConstraints([](unsigned char* count) { std::memset(count + 4, 0xff, 4); });  // the first term's wire
    changingPoints();
  }

  /// The checked values count, not the file's.
  void changedWitness() {
    const Copy k(zkey_, 0), w(wtns_, 0);
    const std::string expected = hex(proofOf(engine_, k.span, w.span, 1));
    const zk::Zkey key(k.span);
    const zk::Witness witness(w.span);
    std::memset(w.memory.get(), 0xff, w.span.size);
    zk::Task task(1);
    if (hex(engine_.prove(key, witness, someBlinding, task)) != expected) throw std::logic_error("the witness was read again");
  }

  /// change() gets the number of terms of the first row, before them.
  template <class Change>
  void changedConstraints(const Change& change) {
    const Copy c(r1cs_, 0);
    zk::Task task(1);
    const zk::R1cs r1cs(c.span, task);
    change(c.memory.get() + (r1cs.blocks[0].at - c.span.data));
    try {
      makeKey(r1cs, task);
    } catch (const zk::Failure& e) {
      if (e.code == "ARTIFACT_CORRUPT") return;
    }
    throw std::logic_error("changed constraints were not refused");
  }

  /// Points that are at infinity now and then.
  void changingPoints() {
    Container parts = key_;
    for (unsigned char& byte : parts.of(5)) byte = 0;
    const Copy k(parts.bytes(), 0), w(wtns_, 0);
    const zk::Zkey key(k.span);
    volatile unsigned char* points = k.memory.get() + (key.a - k.span.data);
    std::atomic<bool> ended{false};
    std::thread changing([&] {
      for (unsigned char byte = 0; !ended; byte ^= 1)
        for (std::size_t i = 0; i < key.nVars; i++) points[i * zk::g1Size] = byte;
    });
    for (int i = 0; i < 50; i++) proofOf(engine_, k.span, w.span, 1);
    ended = true;
    changing.join();
  }

  void truncations() {
    const auto cut = [](const File& file, std::size_t at) { return File(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at)); };
    const auto all = [&](const File& file, const Container& parts, const auto& attemptWith) {
      for (const std::size_t at : parts.boundaries())
        for (const std::size_t n : {at - 1, at, at + 1})
          if (n < file.size()) attemptWith(cut(file, n));
      File longer = file;
      longer.push_back(0);
      attemptWith(longer);
    };
    all(zkey_, key_, [&](const File& f) { tryKey(f); });
    all(wtns_, witness_, [&](const File& f) { tryWitness(f); });
  }

  /// Extreme numbers in place of every word of the tables and headers.
  void extremes() {
    const std::uint32_t words[] = {0, 1, 2, 3, 0x7f, 0xffff, 1U << 27, 1U << 28, 0x7fffffff, 0x80000000, 0xfffffff4, 0xffffffff};
    const auto all = [&](const File& file, const Container& parts, const auto& attemptWith) {
      for (const std::size_t at : parts.boundaries()) {
        if (at + 4 > file.size()) continue;
        std::uint32_t old;
        std::memcpy(&old, &file[at], 4);
        const auto with = [&](std::uint32_t word) {
          File copy = file;
          std::memcpy(&copy[at], &word, 4);
          attemptWith(copy);
        };
        with(old + 1);
        if (old > 0) with(old - 1);
        if (old < 1U << 20) for (const std::uint32_t word : words) with(word);
        else with(0xffffffff);
      }
    };
    all(zkey_, key_, [&](const File& f) { tryKey(f); });
    all(wtns_, witness_, [&](const File& f) { tryWitness(f); });
    // Sizes of sections as 64-bit numbers whose sum with an offset wraps around.
    for (const zk::u64 size : {~zk::u64{0}, ~zk::u64{0} - 11, ~zk::u64{0} - 23, zk::u64{1} << 63, (zk::u64{1} << 63) - 1, zk::u64{1} << 32}) {
      std::size_t at = 12;
      for (const Section& s : key_.sections) {
        File copy = zkey_;
        std::memcpy(&copy[at + 4], &size, 8);
        tryKey(copy);
        at += 12 + s.data.size();
      }
    }
  }

  static void put(File& data, std::size_t at, std::uint32_t word) { std::memcpy(&data[at], &word, 4); }

  static constexpr std::size_t atVars = 72, atPublic = 76, atDomain = 80;  // in section 2

  /// Counts that agree with the sections, or nearly, but not with each other.
  void headers() {
    const std::uint32_t nVars = static_cast<std::uint32_t>(key_.of(5).size() / 64);
    for (std::uint32_t vars = 0; vars <= nVars + 1; vars++)
      for (std::uint32_t publics = 0; publics <= vars + 1; publics++) {
        Container key = key_, witness = witness_;
        put(key.of(2), atVars, vars);
        put(key.of(2), atPublic, publics);
        key.of(5).resize(64 * vars);
        key.of(6).resize(64 * vars);
        key.of(7).resize(128 * vars);
        key.of(8).resize(publics < vars ? 64 * (vars - publics - 1) : 0);
        put(witness.of(1), 36, vars);
        witness.of(2).resize(32 * vars);
        attempt(key.bytes(), witness.bytes());
        attempt(key.bytes(), wtns_);
        tryWitness(witness.bytes());
      }
    for (std::uint32_t power = 0; power < 32; power++) {
      Container key = key_;
      put(key.of(2), atDomain, 1U << power);
      tryKey(key.bytes()); // its section of another size
      if (power > 6) continue;
      key.of(9).resize(64U << power, 0x11);
      tryKey(key.bytes());
      key.of(4) = {0, 0, 0, 0};  // no coefficients at all
      tryKey(key.bytes());
      put(key.of(2), atDomain, (1U << power) + 1);
      tryKey(key.bytes());
    }
  }

  void coefficients() {
    const std::size_t n = (key_.of(4).size() - 4) / 44;
    const std::uint32_t values[] = {2, 8, 0x10000, 0x80000000, 0xffffffff};
    for (std::size_t i = 0; i < n; i++)
      for (std::size_t field = 0; field < 3; field++)
        for (const std::uint32_t value : values) {
          Container key = key_;
          put(key.of(4), 4 + 44 * i + 4 * field, value);
          tryKey(key.bytes());
        }
    for (const std::uint32_t count : {0U, 1U, static_cast<std::uint32_t>(n - 1), static_cast<std::uint32_t>(n + 1), 97'612'894U, 0xffffffffU}) {
      Container key = key_;
      put(key.of(4), 0, count);
      tryKey(key.bytes());
    }
    // Many times the same: rows add up.
    Container key = key_;
    const File one(key.of(4).begin() + 4, key.of(4).begin() + 48);
    for (std::size_t i = 0; i < 500; i++) key.of(4).insert(key.of(4).end(), one.begin(), one.end());
    put(key.of(4), 0, static_cast<std::uint32_t>(n + 500));
    tryKey(key.bytes());
  }

  /// Points that are infinite, out of the field, not on the curve, all equal or opposite; witnesses of edge values.
  void contents() {
    for (const std::uint32_t type : {5, 6, 7, 8, 9})
      for (const unsigned char fill : {0x00, 0x01, 0x7f, 0xff}) {
        Container key = key_;
        for (unsigned char& b : key.of(type)) b = fill;
        tryKey(key.bytes());
        key.of(type).resize(key.of(type).size() / 2);
        tryKey(key.bytes());
      }
    for (const unsigned char fill : {0x00, 0x01, 0x2f, 0x30, 0x31, 0xff}) {
      Container witness = witness_;
      for (unsigned char& b : witness.of(2)) b = fill;
      tryWitness(witness.bytes());
    }
    // y = 0: a point of order 2 is its own opposite
    Container key = key_;
    for (const std::uint32_t type : {5, 6, 8, 9}) {
      File& points = key.of(type);
      for (std::size_t at = 0; at < points.size(); at += 64) std::memset(&points[at], static_cast<int>(3 * (at % 2)), 32), std::memset(&points[at + 32], 0, 32);
    }
    tryKey(key.bytes());
  }

  /// Bits flipped, bytes overwritten, removed, repeated, sections exchanged.
  void damage(File& file, const std::vector<std::size_t>& boundaries) {
    const std::size_t n = file.size();
    if (n < 2) return;
    const std::size_t near = boundaries[below(boundaries.size())] + below(4), at = below(4) == 0 || near >= n ? below(n) : near, length = 1 + below(std::min<std::size_t>(n - at, 96));
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at), end = begin + static_cast<std::ptrdiff_t>(length);
    switch (below(6)) {
      case 0:
      case 1:
        for (std::size_t i = 0, flips = 1 + below(8); i < flips; i++) file[at + (i == 0 ? 0 : below(n - at))] ^= static_cast<unsigned char>(1U << below(8));
        break;
      case 2:
        for (auto byte = begin; byte != end; ++byte) *byte = static_cast<unsigned char>(below(256));
        break;
      case 3:
        std::fill(begin, end, below(2) == 0 ? 0 : 0xff);
        break;
      case 4:
        file.erase(begin, end);
        break;
      default: {
        const File copy(begin, end);
        file.insert(file.begin() + static_cast<std::ptrdiff_t>(below(n)), copy.begin(), copy.end());
      }
    }
  }
  void damaged() {
    File zkey = zkey_, wtns = wtns_;
    switch (below(8)) {
      case 0: {  // sections in another order, one perhaps missing, one perhaps damaged inside: still a container
        Container key = key_;
        std::shuffle(key.sections.begin(), key.sections.end(), random_);
        if (below(3) == 0) key.sections.pop_back();
        damage(key.sections[below(key.sections.size())].data, {0});
        zkey = key.bytes();
        break;
      }
      case 1:
        damage(wtns, witness_.boundaries());
        break;
      case 2:
        damage(zkey, key_.boundaries());
        damage(wtns, witness_.boundaries());
        break;
      default:
        damage(zkey, key_.boundaries());
    }
    attempt(zkey, wtns);
  }

  /// Damaged constraints are refused, or are some circuit, for which a key can be made.
  void constraints() {
    alarm(secondsPerCase);
    File file = r1cs_;
    if (below(2) == 0) {
      const auto boundaries = system_.boundaries();
      const std::size_t at = boundaries[below(boundaries.size())];
      const std::uint32_t words[] = {0, 1, 2, 3, 5, 0xff, 0xffff, 1U << 27, (1U << 27) - 3, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
      if (at + 4 <= file.size()) put(file, at, words[below(std::size(words))]);
    } else {
      damage(file, system_.boundaries());
    }
    const Copy copy(file, below(9));
    std::string outcome = "constraints";
    try {
      zk::Task task(1);
      const zk::R1cs r1cs(copy.span, task);
      if (++readable_ % 64 == 1) {
        makeKey(r1cs, task);
        outcome = "key";
      }
    } catch (const zk::Failure& e) {
      outcome = "constraints:" + e.code;
    }
    outcomes_[outcome]++;
  }

  void makeKey(const zk::R1cs& r1cs, zk::Task& task) {
    zk::Secrets secrets;
    for (zk::U256* secret : {&secrets.tau, &secrets.alpha, &secrets.beta, &secrets.gamma, &secrets.delta}) *secret = {{below(1U << 30) + 2, 1, 2, 3}};
    zk::OutputFile out(out_);
    engine_.setup(r1cs, secrets, out, task);
  }

  const zk::Engine& engine_;
  std::mt19937 random_;
  const File zkey_, wtns_, r1cs_;
  const std::string out_;
  Container key_, witness_, system_;
  std::size_t readable_ = 0;
  std::size_t count_ = 0;
  std::map<std::string, std::size_t> outcomes_;
};

const zk::Engine& named(const std::string& name) {
  for (const zk::Engine* engine : zk::availableEngines())
    if (name == engine->name) return *engine;
  throw std::runtime_error("this processor does not run the engine " + name);
}

}  // namespace

int main(int, char** argv) {
  Fuzz(named(argv[1]), static_cast<unsigned>(std::stoul(argv[3])), readFile(argv[4]), readFile(argv[5]), readFile(argv[6]), argv[7]).run(std::stoul(argv[2]));
}
