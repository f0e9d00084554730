// Work on threads, which can be cancelled and says how far it is.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace zk {

/// An expected failure, with the stable code that TypeScript sees.
struct Failure : std::runtime_error {
  std::string code;
  Failure(std::string c, const std::string& message) : std::runtime_error(message), code(std::move(c)) {}
};

/// One call's threads, cancellation and progress.
class Task {
 public:
  explicit Task(unsigned threads) : threads_(std::clamp(threads, 1U, 1024U)) {}
  unsigned threads() const { return threads_; }
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  /// @throws Failure INTERRUPTED; called at least every few milliseconds of work
  void check() const {
    if (cancelled_.load(std::memory_order_relaxed)) throw Failure("INTERRUPTED", "the work was interrupted");
  }
  /// The units of work of all phases, in any measure.
  void expect(double units) { total_.store(units, std::memory_order_relaxed); }
  void advance(double units) {
    double now = done_.load(std::memory_order_relaxed);
    while (!done_.compare_exchange_weak(now, now + units, std::memory_order_relaxed)) {
    }
  }
  double fraction() const {
    const double total = total_.load(std::memory_order_relaxed);
    return total > 0 ? std::min(1.0, done_.load(std::memory_order_relaxed) / total) : 0.0;
  }

  /// job(i) for every i < count, on all threads, in any order. The first exception stops the rest and is thrown here.
  void each(std::size_t count, const std::function<void(std::size_t)>& job) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr error;
    std::mutex lock;
    const auto work = [&] {
      try {
        for (std::size_t i; !failed.load(std::memory_order_relaxed) && (i = next.fetch_add(1)) < count;) {
          check();
          job(i);
        }
      } catch (...) {
        failed = true;
        const std::lock_guard<std::mutex> hold(lock);
        if (!error) error = std::current_exception();
      }
    };
    std::vector<std::thread> helpers;
    const std::size_t workers = std::min<std::size_t>(threads_, count);
    try {
      for (std::size_t t = 1; t < workers; t++) helpers.emplace_back(work);
    } catch (const std::exception&) {
      // Fewer threads than asked for: this one does the rest.
    }
    work();
    for (auto& helper : helpers) helper.join();
    if (error) std::rethrow_exception(error);
  }

  /// job(begin, end) for ranges that cover [0, count), a few for each thread, none larger than atMost.
  void ranges(std::size_t count, std::size_t atMost, const std::function<void(std::size_t, std::size_t)>& job) {
    const std::size_t size = std::max<std::size_t>(1, std::min(atMost, (count + 4 * threads_ - 1) / (4 * threads_)));
    each((count + size - 1) / size, [&](std::size_t i) { job(i * size, std::min(count, (i + 1) * size)); });
  }

 private:
  unsigned threads_;
  std::atomic<bool> cancelled_{false};
  std::atomic<double> done_{0}, total_{0};
};

}  // namespace zk
