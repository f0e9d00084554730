#include "hooks.hpp"

#include "../../src/engine/portable.cpp"
#include "hooks.inl"

zk::Hooks zk::portableHooks() { return portable::hooks("portable"); }
