// The Node-API side: arguments in, promises out. Work runs on threads of its own; the event loop only starts it and hears of its end.
#pragma once
#include <napi.h>

#include <functional>
#include <string>

#include "../engine.hpp"

namespace zk::addon {

using Napi::CallbackInfo;
using Napi::Env;

/// Work that runs beside the event loop, and makes its result there when it has ended.
using Result = std::function<Napi::Value(Env)>;
using Work = std::function<Result(Task&)>;

/// Starts the work on `threads` threads. Returns { promise, cancel() }; onProgress, if a function, hears a fraction about ten times a second.
Napi::Value start(Env env, unsigned threads, const Napi::Value& onProgress, Work work);

/// An error with the stable code that TypeScript sees.
Napi::Error failure(Env env, const std::string& code, const std::string& message);

/// The engine of this name, or the fastest for "". @throws Napi::Error if this processor does not run it
const Engine& engineNamed(Env env, const std::string& name);

/// Fields of a job: a string ("" when undefined), a whole number from 1, 32 bytes with the least significant first.
std::string text(const Napi::Object& job, const char* key);
unsigned count(const Napi::Object& job, const char* key);
U256 number(const Napi::Object& job, const char* key);

Napi::Value bytesOf(Env env, const void* data, std::size_t size);

// What each file of this folder adds to the exports.
void exportProve(Env env, Napi::Object& exports);
void exportHash(Env env, Napi::Object& exports);
void exportSetup(Env env, Napi::Object& exports);

}  // namespace zk::addon
