#include "call.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>
#include <thread>

namespace zk::addon {

Napi::Value start(Env env, unsigned threads, const Napi::Value& onProgress, Work work) {
  struct Call {
    explicit Call(Env e, unsigned threads) : deferred(Napi::Promise::Deferred::New(e)), task(threads) {}
    Napi::Promise::Deferred deferred;
    Task task;
    Napi::ThreadSafeFunction toLoop;
    std::atomic<bool> ended{false};
    std::thread worker, watcher;
  };
  const auto call = std::make_shared<Call>(env, threads);
  const bool listens = onProgress.IsFunction();
  const auto listener = listens ? onProgress.As<Napi::Function>() : Napi::Function::New(env, [](const CallbackInfo&) {});
  // The finalizer runs on the loop after the last message, or early when the loop's thread is ended: then nobody awaits the work.
  call->toLoop = Napi::ThreadSafeFunction::New(env, listener, "zkstate", 0, 1, [call](Env) {
    call->task.cancel();
    for (std::thread* thread : {&call->worker, &call->watcher})
      if (thread->joinable()) thread->join();
  });
  auto working = [call, work = std::move(work)] {
    Result result;
    std::string code = "PROVER_FAILED", message;
    try {
      result = work(call->task);
    } catch (const Failure& e) {
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
      call->deferred.Reject(failure(e, code, message).Value());
    });
    call->toLoop.Release();
  };
  auto watching = [call] {
    for (int beat = 1; !call->ended; beat++) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (beat % 10 != 0 || call->ended) continue;
      const double fraction = call->task.fraction();
      call->toLoop.NonBlockingCall([fraction](Env e, Napi::Function f) { f.Call({Napi::Number::New(e, fraction)}); });
    }
  };
  try {
    call->worker = std::thread(std::move(working));
    if (listens) call->watcher = std::thread(std::move(watching));
  } catch (const std::system_error& e) {
    if (!call->worker.joinable()) {  // without the watcher, the work goes on unseen
      call->deferred.Reject(failure(env, "PROVER_FAILED", std::string("no thread can be started: ") + e.what()).Value());
      call->toLoop.Release();
    }
  }
  Napi::Object out = Napi::Object::New(env);
  out.Set("promise", call->deferred.Promise());
  out.Set("cancel", Napi::Function::New(env, [call](const CallbackInfo&) { call->task.cancel(); }));
  return out;
}

Napi::Error failure(Env env, const std::string& code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

const Engine& engineNamed(Env env, const std::string& name) {
  for (const Engine* engine : availableEngines())
    if (name.empty() || name == engine->name) return *engine;
  throw failure(env, "CONFIG_INVALID", "this processor does not run the engine " + name);
}

std::string text(const Napi::Object& job, const char* key) {
  const Napi::Value value = job.Get(key);
  return value.IsUndefined() ? std::string() : value.As<Napi::String>().Utf8Value();
}

unsigned count(const Napi::Object& job, const char* key) {
  const double value = job.Get(key).As<Napi::Number>().DoubleValue();
  const bool isWhole = value - std::floor(value) == 0;  // infinity is not
  if (value < 1 || !isWhole) throw failure(job.Env(), "CONFIG_INVALID", std::string(key) + " is no whole number from 1");
  return static_cast<unsigned>(std::min<double>(value, std::numeric_limits<unsigned>::max()));
}

U256 number(const Napi::Object& job, const char* key) {
  const auto bytes = job.Get(key).As<Napi::Uint8Array>();
  if (bytes.ByteLength() != 32) throw Napi::Error::New(job.Env(), std::string(key) + " is not 32 bytes");
  U256 out;
  std::memcpy(out.w, bytes.Data(), 32);
  return out;
}

Napi::Value bytesOf(Env env, const void* data, std::size_t size) { return Napi::Buffer<char>::Copy(env, static_cast<const char*>(data), size); }

}  // namespace zk::addon
