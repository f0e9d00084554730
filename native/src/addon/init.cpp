#include "call.hpp"

namespace {

Napi::Object init(Napi::Env env, Napi::Object exports) {
  zk::addon::exportProve(env, exports);
  zk::addon::exportHash(env, exports);
  zk::addon::exportSetup(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(zkstate, init)
