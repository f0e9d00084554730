// Any 64-bit processor.
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <new>
#include <vector>

#include "../engine.hpp"

#define ZK_PATH portable
#define ZK_HAS_ADX 0
#define ZK_HAS_IFMA 0
#include "engine.inl"

const zk::Engine zk::portableEngine{"portable", zk::portable::prove, zk::portable::setup, zk::portable::poseidon, zk::portable::BabyJubjub::verify};
