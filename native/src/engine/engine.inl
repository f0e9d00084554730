// Everything, for the instruction set whose name is ZK_PATH. Included once by each engine, after the standard library, so that only this
// project's own code is compiled for the instruction set: a standard template would be shared with code that runs everywhere.

// Lane operations live in registers: a call would spill all of them.
#define ZK_INLINE __attribute__((always_inline)) inline

namespace zk {
namespace ZK_PATH {

/// std::allocator takes the alignment of vector types for 16 when they come from a target region (GCC 12).
template <class T>
struct Aligned {
  using value_type = T;
  Aligned() = default;
  template <class U>
  Aligned(const Aligned<U>&) {}
  T* allocate(std::size_t n) {
    void* p = ::operator new(n * sizeof(T), alignment(n));
#if defined(__linux__)
    // Random access to many small pages costs more than the data.
    if (n * sizeof(T) >= large) madvise(p, n * sizeof(T), MADV_HUGEPAGE);
#endif
    return static_cast<T*>(p);
  }
  void deallocate(T* p, std::size_t n) { ::operator delete(p, alignment(n)); }
  bool operator==(const Aligned&) const { return true; }

 private:
  static constexpr std::size_t large = std::size_t{1} << 21;
  static std::align_val_t alignment(std::size_t n) { return std::align_val_t{n * sizeof(T) >= large ? large : 64}; }
};
template <class T>
using Values = std::vector<T, Aligned<T>>;

#include "../arith/scalar.inl"
#if ZK_HAS_IFMA
#include "../arith/ifma.inl"
template <class M>
using Lane = IfmaLane<M>;
#else
template <class M>
using Lane = ScalarLane<M>;
#endif
#include "../arith/inverse.inl"
#include "../arith/field.inl"
#include "../arith/curve.inl"
#include "../arith/dot.inl"
#include "../batch-affine.inl"
#include "../msm.inl"
#include "../ntt.inl"
#include "../prove.inl"
#include "../fixed-base.inl"
#include "../lagrange.inl"
#include "../setup.inl"
#include "../poseidon.inl"
#include "../eddsa.inl"

}  // namespace ZK_PATH
}  // namespace zk
