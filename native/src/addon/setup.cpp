#include <memory>

#include "call.hpp"

namespace zk::addon {

namespace {

/// A secret goes straight to where it will be wiped.
void take(const Napi::Object& job, const char* key, U256& out) {
  const auto bytes = job.Get(key).As<Napi::Uint8Array>();
  if (bytes.ByteLength() != sizeof out.w) throw Napi::Error::New(job.Env(), std::string(key) + " is not 32 bytes");
  std::memcpy(out.w, bytes.Data(), sizeof out.w);
}

/// setup({ r1csPath, zkeyPath, secrets: { tau, alpha, beta, gamma, delta }, threads, engine?, onProgress? }): nothing.
Napi::Value setup(const CallbackInfo& info) {
  const auto job = info[0].As<Napi::Object>();
  const Engine& engine = engineNamed(info.Env(), text(job, "engine"));
  const auto secrets = std::make_shared<Secrets>();
  const auto given = job.Get("secrets").As<Napi::Object>();
  take(given, "tau", secrets->tau);
  take(given, "alpha", secrets->alpha);
  take(given, "beta", secrets->beta);
  take(given, "gamma", secrets->gamma);
  take(given, "delta", secrets->delta);
  return start(info.Env(), count(job, "threads"), job.Get("onProgress"),
               [&engine, secrets, r1csPath = text(job, "r1csPath"), zkeyPath = text(job, "zkeyPath")](Task& task) -> Result {
                 const MappedFile file(r1csPath);
                 const R1cs r1cs(file.bytes(), task);
                 OutputFile out(zkeyPath);
                 engine.setup(r1cs, *secrets, out, task);
                 out.keep();
                 return [](Env env) { return env.Undefined(); };
               });
}

}  // namespace

void exportSetup(Env env, Napi::Object& exports) { exports.Set("setup", Napi::Function::New(env, setup)); }

}  // namespace zk::addon
