#include "call.hpp"

namespace zk::addon {

namespace {

/// engines(): the names of those that this processor runs, the fastest first.
Napi::Value engines(const CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (const Engine* engine : availableEngines()) out.Set(out.Length(), engine->name);
  return out;
}

/// prove({ zkeyPath, wtnsPath, r, s, threads, engine?, onProgress? }): pi_a, pi_b, pi_c as eight numbers, then the public signals.
Napi::Value prove(const CallbackInfo& info) {
  const auto job = info[0].As<Napi::Object>();
  const Engine& engine = engineNamed(info.Env(), text(job, "engine"));
  const Blinding blinding{number(job, "r"), number(job, "s")};
  return start(info.Env(), count(job, "threads"), job.Get("onProgress"),
               [&engine, blinding, zkeyPath = text(job, "zkeyPath"), wtnsPath = text(job, "wtnsPath")](Task& task) -> Result {
                 const MappedFile zkeyFile(zkeyPath), wtnsFile(wtnsPath);
                 const Zkey key(zkeyFile.bytes());
                 const Witness witness(wtnsFile.bytes());
                 const Proof proof = engine.prove(key, witness, blinding, task);
                 std::vector<unsigned char> bytes(sizeof proof + 32 * static_cast<std::size_t>(key.nPublic));
                 std::memcpy(bytes.data(), &proof, sizeof proof);
                 std::memcpy(bytes.data() + sizeof proof, witness.values.data() + 1, bytes.size() - sizeof proof);
                 return [bytes](Env env) { return bytesOf(env, bytes.data(), bytes.size()); };
               });
}

}  // namespace

void exportProve(Env env, Napi::Object& exports) {
  exports.Set("engines", Napi::Function::New(env, engines));
  exports.Set("prove", Napi::Function::New(env, prove));
}

}  // namespace zk::addon
