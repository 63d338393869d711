#include "test/thread_group.h"

#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "test/check.h"
#include "threads/thread_group.h"

namespace nmt {

namespace {

// What `run` throws: the exception's text, or "" for none.
template <class Run>
std::string thrown_by(Run&& run) {
  try {
    run();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

void check_runs(ThreadGroup& group, const char* when) {
  std::vector<std::atomic<int>> visits(1001);
  group.parallel_for(1001, [&](int i) { visits[static_cast<size_t>(i)]++; });
  group.parallel_dynamic(1001, [&](int i) { visits[static_cast<size_t>(i)]++; });
  bool all = true;
  for (const auto& count : visits) all &= count == 2;
  check("every index is visited once", when, all);

  std::atomic<int> before{0};
  std::atomic<bool> seen{true};
  group.run([&](Member) {
    for (int round = 1; round <= 50; round++) {
      before++;
      group.barrier();
      if (before.load() != round * group.threads()) seen = false;
      group.barrier();
    }
  });
  check("no thread passes a barrier before all have come", when, seen);
}

// One thread throws while the others wait for it at a barrier, or are at work.
void check_exceptions(int threads) {
  const std::string name = std::to_string(threads) + " threads";
  ThreadGroup group(threads);
  for (int thrower = 0; thrower < threads; thrower++) {
    const std::string text = "thrown by " + std::to_string(thrower);
    std::atomic<int> after{0};
    const std::string caught = thrown_by([&] {
      group.run([&](Member member) {
        if (member.thread == thrower) throw std::runtime_error(text);
        group.barrier();
        after++;
      });
    });
    check("an exception of a task reaches the caller", name.c_str(), caught == text);
    check("threads that wait for the one that threw don't go on", name.c_str(), threads == 1 || after == 0);
    check_runs(group, name.c_str());

    std::atomic<int> finished{0};
    const std::string late = thrown_by([&] {
      group.run([&](Member member) {
        if (member.thread == thrower) throw std::bad_alloc();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        finished++;
      });
    });
    check("an exception is thrown when all threads are done", name.c_str(), finished == threads - 1 && !late.empty());
  }

  std::atomic<int> throwers{0};
  const std::string first = thrown_by([&] {
    group.run([&](Member) {
      throwers++;
      throw std::logic_error("each");
    });
  });
  check("where all throw, one exception comes", name.c_str(), first == "each" && throwers == threads);
  check_runs(group, name.c_str());
}

void check_barrier_of_some() {
  ThreadGroup group(4);
  Barrier pairs[2] = {Barrier(group), Barrier(group)};
  const std::string caught = thrown_by([&] {
    group.run([&](Member member) {
      Barrier& mine = pairs[member.thread / 2];
      for (int round = 0; round < 20; round++) mine.wait(2);
      if (member.thread == 3) throw std::runtime_error("third");
      if (member.thread == 2) mine.wait(2);
    });
  });
  check("a barrier of some threads ends when one of them throws", "4 threads", caught == "third");
}

}  // namespace

void check_thread_group() {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadGroup group(threads);
    check_runs(group, "fresh");
    check_exceptions(threads);
  }
  check_barrier_of_some();
}

}  // namespace nmt
