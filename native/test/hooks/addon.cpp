// The hooks as a Node-API addon. Calls block the event loop; they are for tests.
#include <napi.h>

#include "hooks.hpp"

namespace {

using Napi::CallbackInfo;
using Napi::Env;
using Napi::Error;

zk::Hooks hooksOf(const zk::Engine* engine) {
#if defined(__x86_64__)
  if (engine == &zk::ifmaEngine) return zk::ifmaHooks();
  if (engine == &zk::adxEngine) return zk::adxHooks();
#endif
  if (engine != &zk::portableEngine) throw std::logic_error("an engine without hooks");
  return zk::portableHooks();
}

const std::vector<zk::Hooks>& all() {
  static const std::vector<zk::Hooks> hooks = [] {
    std::vector<zk::Hooks> out;
    for (const zk::Engine* engine : zk::availableEngines()) out.push_back(hooksOf(engine));
    return out;
  }();
  return hooks;
}

const zk::Hooks& named(const Napi::Value& name) {
  for (const zk::Hooks& hooks : all())
    if (name.As<Napi::String>().Utf8Value() == hooks.name) return hooks;
  throw Error::New(name.Env(), "no such engine");
}

template <class T>
Napi::Value bufferOf(Env env, const std::vector<T>& values) {
  return Napi::Buffer<unsigned char>::Copy(env, reinterpret_cast<const unsigned char*>(values.data()), values.size() * sizeof(T));
}

/// engines(): { name, lanes, limbs, limbBits } of each, the fastest first.
Napi::Value engines(const CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (const zk::Hooks& hooks : all()) {
    Napi::Object one = Napi::Object::New(info.Env());
    one.Set("name", hooks.name);
    one.Set("lanes", hooks.lanes);
    one.Set("limbs", hooks.limbs);
    one.Set("limbBits", hooks.limbBits);
    out.Set(out.Length(), one);
  }
  return out;
}

/// field(engine, "base" | "scalar", op, values): five words a value, one operand after the other.
Napi::Value field(const CallbackInfo& info) {
  const zk::Hooks& hooks = named(info[0]);
  const auto& ops = info[1].As<Napi::String>().Utf8Value() == "base" ? hooks.base : hooks.scalar;
  const auto op = ops.find(info[2].As<Napi::String>().Utf8Value());
  const auto in = info[3].As<Napi::Uint8Array>();
  if (op == ops.end()) throw Error::New(info.Env(), "no such operation");
  std::vector<zk::u64> from(in.ByteLength() / 8);
  std::memcpy(from.data(), in.Data(), from.size() * 8);
  const std::size_t n = from.size() / (5 * op->second.arity);
  if (n * 5 * op->second.arity * 8 != in.ByteLength()) throw Error::New(info.Env(), "operands are missing");
  std::vector<zk::u64> to(n * 5 * op->second.results);
  op->second.run(from.data(), to.data(), n);
  return bufferOf(info.Env(), to);
}

/// msm(engine, "g1" | "g2", points, scalars, threads)
Napi::Value msm(const CallbackInfo& info) {
  const bool g2 = info[1].As<Napi::String>().Utf8Value() == "g2";
  const auto points = info[2].As<Napi::Uint8Array>(), scalars = info[3].As<Napi::Uint8Array>();
  const std::size_t n = scalars.ByteLength() / 32;
  if (points.ByteLength() != n * (g2 ? 128 : 64)) throw Error::New(info.Env(), "points and scalars differ in number");
  zk::Task task(info[4].As<Napi::Number>().Uint32Value());
  return bufferOf(info.Env(), named(info[0]).msm(g2, points.Data(), scalars.Data(), n, task));
}

/// toCoset(engine, power, values, threads)
Napi::Value toCoset(const CallbackInfo& info) {
  const unsigned power = info[1].As<Napi::Number>().Uint32Value();
  const auto values = info[2].As<Napi::Uint8Array>();
  if (values.ByteLength() != std::size_t{32} << power) throw Error::New(info.Env(), "values are missing");
  zk::Task task(info[3].As<Napi::Number>().Uint32Value());
  return bufferOf(info.Env(), named(info[0]).toCoset(power, values.Data(), task));
}

Napi::Object init(Env env, Napi::Object exports) {
  exports.Set("engines", Napi::Function::New(env, engines));
  exports.Set("field", Napi::Function::New(env, field));
  exports.Set("msm", Napi::Function::New(env, msm));
  exports.Set("toCoset", Napi::Function::New(env, toCoset));
  return exports;
}

}  // namespace

NODE_API_MODULE(hooks, init)
