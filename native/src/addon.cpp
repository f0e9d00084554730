// The Node-API side: arguments in, promises out. Work runs on threads of its own; the event loop only starts it and hears of its end.
#include <napi.h>

#include <chrono>
#include <memory>
#include <thread>

#include "engine.hpp"

namespace {

using Napi::CallbackInfo;
using Napi::Env;

const zk::Engine& engineNamed(Env env, const std::string& name) {
  for (const zk::Engine* engine : zk::availableEngines())
    if (name.empty() || name == engine->name) return *engine;
  throw Napi::Error::New(env, "this processor does not run the engine " + name);
}

zk::U256 number(const Napi::Object& from, const char* key) {
  const auto bytes = from.Get(key).As<Napi::Uint8Array>();
  if (bytes.ByteLength() != 32) throw Napi::Error::New(from.Env(), std::string(key) + " is not 32 bytes");
  zk::U256 out;
  std::memcpy(out.w, bytes.Data(), 32);
  return out;
}

/// Numbers of 32 bytes, least significant byte first.
Napi::Value bytesOf(Env env, const void* data, std::size_t size) { return Napi::Buffer<char>::Copy(env, static_cast<const char*>(data), size); }

/// Work that runs beside the event loop: its result is made there when it has ended.
using Result = std::function<Napi::Value(Env)>;
using Work = std::function<Result(zk::Task&)>;

/// Starts the work. Returns { promise, cancel() }; onProgress hears a fraction about ten times a second.
Napi::Value start(const CallbackInfo& info, unsigned threads, const Napi::Value& onProgress, Work work) {
  const Env env = info.Env();
  struct Call {
    explicit Call(Env e, unsigned threads) : deferred(Napi::Promise::Deferred::New(e)), task(threads) {}
    Napi::Promise::Deferred deferred;
    zk::Task task;
    Napi::ThreadSafeFunction toLoop;
    std::atomic<bool> ended{false};
    std::thread worker, watcher;
  };
  const auto call = std::make_shared<Call>(env, threads);
  const bool listens = onProgress.IsFunction();
  const auto listener = listens ? onProgress.As<Napi::Function>() : Napi::Function::New(env, [](const CallbackInfo&) {});
  // The finalizer runs on the loop after the last message.
  call->toLoop = Napi::ThreadSafeFunction::New(env, listener, "zkstate", 0, 1, [call](Env) {
    call->worker.join();
    if (call->watcher.joinable()) call->watcher.join();
  });
  if (listens)
    call->watcher = std::thread([call] {
      for (int beat = 1; !call->ended; beat++) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        if (beat % 10 != 0 || call->ended) continue;
        const double fraction = call->task.fraction();
        call->toLoop.NonBlockingCall([fraction](Env e, Napi::Function f) { f.Call({Napi::Number::New(e, fraction)}); });
      }
    });
  call->worker = std::thread([call, work = std::move(work)] {
    Result result;
    std::string code = "PROVER_FAILED", message;
    try {
      result = work(call->task);
    } catch (const zk::Failure& e) {
      code = e.code;
      message = e.what();
    } catch (const std::bad_alloc&) {
      message = "there is not enough memory";
    } catch (const std::exception& e) {
      message = e.what();
    }
    call->ended = true;
    call->toLoop.BlockingCall([call, result, code, message](Env e, Napi::Function) {
      const Napi::HandleScope scope(e);
      if (result) return call->deferred.Resolve(result(e));
      Napi::Error error = Napi::Error::New(e, message);
      error.Set("code", Napi::String::New(e, code));
      call->deferred.Reject(error.Value());
    });
    call->toLoop.Release();
  });
  Napi::Object out = Napi::Object::New(env);
  out.Set("promise", call->deferred.Promise());
  out.Set("cancel", Napi::Function::New(env, [call](const CallbackInfo&) { call->task.cancel(); }));
  return out;
}

unsigned threadsOf(const Napi::Object& job) { return job.Get("threads").As<Napi::Number>().Uint32Value(); }
std::string text(const Napi::Object& from, const char* key) {
  const Napi::Value value = from.Get(key);
  return value.IsUndefined() ? std::string() : value.As<Napi::String>().Utf8Value();
}

/// engines(): the names of those that this processor runs, the fastest first.
Napi::Value engines(const CallbackInfo& info) {
  Napi::Array out = Napi::Array::New(info.Env());
  for (const zk::Engine* engine : zk::availableEngines()) out.Set(out.Length(), engine->name);
  return out;
}

/// prove({ zkeyPath, wtnsPath, r, s, threads, engine?, onProgress? }): pi_a, pi_b, pi_c as eight numbers, then the public signals.
Napi::Value prove(const CallbackInfo& info) {
  const auto job = info[0].As<Napi::Object>();
  const zk::Engine& engine = engineNamed(info.Env(), text(job, "engine"));
  const zk::Blinding blinding{number(job, "r"), number(job, "s")};
  return start(info, threadsOf(job), job.Get("onProgress"),
               [&engine, blinding, zkeyPath = text(job, "zkeyPath"), wtnsPath = text(job, "wtnsPath")](zk::Task& task) -> Result {
                 const zk::MappedFile zkeyFile(zkeyPath), wtnsFile(wtnsPath);
                 const zk::Zkey key(zkeyFile.bytes());
                 const zk::Witness witness(wtnsFile.bytes());
                 const zk::Proof proof = engine.prove(key, witness, blinding, task);
                 std::vector<unsigned char> bytes(sizeof proof + 32 * static_cast<std::size_t>(key.nPublic));
                 std::memcpy(bytes.data(), &proof, sizeof proof);
                 std::memcpy(bytes.data() + sizeof proof, witness.values + 32, bytes.size() - sizeof proof);
                 return [bytes](Env env) { return bytesOf(env, bytes.data(), bytes.size()); };
               });
}

Napi::Object init(Env env, Napi::Object exports) {
  exports.Set("engines", Napi::Function::New(env, engines));
  exports.Set("prove", Napi::Function::New(env, prove));
  return exports;
}

}  // namespace

NODE_API_MODULE(zkstate, init)
