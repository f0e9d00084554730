#include "call.hpp"

namespace zk::addon {

namespace {

/// The engine that argument `at` names, or the fastest.
const Engine& engineAt(const CallbackInfo& info, std::size_t at) {
  static const Engine& fastest = *availableEngines().front();
  return info[at].IsUndefined() ? fastest : engineNamed(info.Env(), info[at].As<Napi::String>().Utf8Value());
}

/// A BigInt in (-r, r) as a field element; false for anything else.
bool readElement(napi_env env, napi_value value, U256& out) {
  int sign = 0;
  std::size_t words = 4;
  out = {};
  if (napi_get_value_bigint_words(env, value, &sign, &words, out.w) != napi_ok || words > 4 || !lessThan(out, ScalarModulus::m)) return false;
  if (sign != 0 && !isZero(out)) out = minus(ScalarModulus::m, out);
  return true;
}

/// A BigInt in [0, 2^256); false for anything else.
bool readWord(napi_env env, napi_value value, U256& out) {
  int sign = 0;
  std::size_t words = 4;
  out = {};
  return napi_get_value_bigint_words(env, value, &sign, &words, out.w) == napi_ok && words <= 4 && (sign == 0 || isZero(out));
}

napi_value makeBigInt(napi_env env, const U256& value) {
  napi_value out = nullptr;
  napi_create_bigint_words(env, 0, 4, value.w, &out);
  return out;
}

/// An array of BigInts as field elements; false when one is none.
bool readElements(napi_env env, const Napi::Array& from, std::vector<U256>& out) {
  for (std::size_t i = 0; i < out.size(); i++) {
    napi_value element = nullptr;
    if (napi_get_element(env, from, static_cast<std::uint32_t>(i), &element) != napi_ok || !readElement(env, element, out[i])) return false;
  }
  return true;
}

constexpr unsigned maxArity = 16;

/// poseidon(inputs, engine?): the hash of 1 to 16 BigInts in (-r, r); undefined for anything else.
Napi::Value poseidon(const CallbackInfo& info) {
  const Env env = info.Env();
  const auto inputs = info[0].As<Napi::Array>();
  const unsigned arity = inputs.Length();
  if (arity < 1 || arity > maxArity) return env.Undefined();
  U256 words[maxArity], out;
  for (unsigned i = 0; i < arity; i++) {
    napi_value element = nullptr;
    if (napi_get_element(env, inputs, i, &element) != napi_ok || !readElement(env, element, words[i])) return env.Undefined();
  }
  engineAt(info, 1).poseidon(arity, 1, words, &out);
  return {env, makeBigInt(env, out)};
}

/// How many hashes of `arity` words `words` words are.
std::size_t hashesOf(Env env, unsigned arity, std::size_t words, bool whole) {
  if (arity < 1 || arity > maxArity) throw Napi::RangeError::New(env, "Poseidon takes 1 to 16 words");
  if (!whole || words % arity != 0) throw Napi::RangeError::New(env, "the inputs are not whole hashes");
  return words / arity;
}

/// poseidonMany(arity, inputs, engine?): hashes of inputs that lie end to end, as BigInts for an array of BigInts in (-r, r), as numbers of
/// 32 bytes, least significant first, for a Uint8Array of such numbers below r; undefined when a word is out of range.
Napi::Value poseidonMany(const CallbackInfo& info) {
  const Env env = info.Env();
  const Engine& engine = engineAt(info, 2);
  const unsigned arity = info[0].As<Napi::Number>().Uint32Value();
  if (info[1].IsArray()) {
    const auto inputs = info[1].As<Napi::Array>();
    const std::size_t count = hashesOf(env, arity, inputs.Length(), true);
    std::vector<U256> words(arity * count), hashes(count);
    if (!readElements(env, inputs, words)) return env.Undefined();
    engine.poseidon(arity, count, words.data(), hashes.data());
    auto out = Napi::Array::New(env, count);
    for (std::size_t i = 0; i < count; i++) napi_set_element(env, out, static_cast<std::uint32_t>(i), makeBigInt(env, hashes[i]));
    return out;
  }
  const auto inputs = info[1].As<Napi::Uint8Array>();
  const std::size_t count = hashesOf(env, arity, inputs.ByteLength() / 32, inputs.ByteLength() % 32 == 0);
  std::vector<U256> words(arity * count);
  if (count > 0) std::memcpy(words.data(), inputs.Data(), inputs.ByteLength());
  for (const U256& word : words)
    if (!lessThan(word, ScalarModulus::m)) return env.Undefined();
  auto out = Napi::Uint8Array::New(env, 32 * count);
  std::vector<U256> hashes(count);
  engine.poseidon(arity, count, words.data(), hashes.data());
  if (count > 0) std::memcpy(out.Data(), hashes.data(), 32 * count);
  return out;
}

/// verifySignature(ax, ay, message, r8x, r8y, s, engine?): the verdict on six BigInts.
Napi::Value verifySignature(const CallbackInfo& info) {
  const Env env = info.Env();
  SignedMessage given;
  U256* const words[6] = {&given.ax, &given.ay, &given.message, &given.r8x, &given.r8y, &given.s};
  for (std::size_t i = 0; i < 6; i++)
    if (!readWord(env, info[i], *words[i])) return Napi::Boolean::New(env, false);
  return Napi::Boolean::New(env, engineAt(info, 6).verifySignature(given));
}

}  // namespace

void exportHash(Env env, Napi::Object& exports) {
  exports.Set("poseidon", Napi::Function::New<poseidon>(env));
  exports.Set("poseidonMany", Napi::Function::New<poseidonMany>(env));
  exports.Set("verifySignature", Napi::Function::New<verifySignature>(env));
}

}  // namespace zk::addon
