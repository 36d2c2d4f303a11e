// What threads, mutexes, pauses and clocks of this program are while a scheduler runs it: calls to
// it. The linker puts these in the place of the functions that they are named after (--wrap, see
// CMakeLists.txt); a thread that is no task of a scheduler gets the real ones.
//
// A future of std::async waits by a join, and std::this_thread::sleep_for by nanosleep, so that
// both are covered. Condition variables are not: nothing that is simulated has one.
#include <pthread.h>
#include <time.h>

#include <cerrno>
#include <memory>
#include <thread>
#include <utility>

#include "sim/scheduler.hpp"

namespace medusa::sim {
namespace {

using thread_state = std::unique_ptr<std::thread::_State>;
using steady_time = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::system_clock::time_point;

extern "C" {
int real_lock(pthread_mutex_t*) asm("__real_pthread_mutex_lock");
int real_unlock(pthread_mutex_t*) asm("__real_pthread_mutex_unlock");
int real_pause(const timespec*, timespec*) asm("__real_nanosleep");
void real_join(std::thread*) asm("__real__ZNSt6thread4joinEv");
void real_start(std::thread*, thread_state, void (*)()) asm(
    "__real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE");
steady_time real_steady_now() asm("__real__ZNSt6chrono3_V212steady_clock3nowEv");
wall_time real_wall_now() asm("__real__ZNSt6chrono3_V212system_clock3nowEv");
}

// A thread that has its turns.
class scheduled final : public std::thread::_State {
public:
    scheduled(scheduler& by, thread_state what)
        : by_(by), as_(by.announced()), what_(std::move(what)) {}
    const std::shared_ptr<scheduler::task>& as() const { return as_; }

    void _M_run() override {
        by_.begin(as_);
        what_->_M_run();
        what_.reset();
        by_.end(as_);
    }

private:
    scheduler& by_;
    const std::shared_ptr<scheduler::task> as_;
    thread_state what_;
};

}  // namespace

extern "C" {

int wrapped_lock(pthread_mutex_t*) asm("__wrap_pthread_mutex_lock");
int wrapped_lock(pthread_mutex_t* mutex) {
    auto* const by = scheduler::here();
    if (!by) return real_lock(mutex);
    for (;;) {
        const int failure = pthread_mutex_trylock(mutex);
        if (failure != EBUSY) return failure;
        by->wait_for(mutex);
    }
}

int wrapped_unlock(pthread_mutex_t*) asm("__wrap_pthread_mutex_unlock");
int wrapped_unlock(pthread_mutex_t* mutex) {
    const int failure = real_unlock(mutex);
    if (auto* const by = scheduler::here()) by->happened(mutex);
    return failure;
}

int wrapped_pause(const timespec*, timespec*) asm("__wrap_nanosleep");
int wrapped_pause(const timespec* wanted, timespec* left) {
    auto* const by = scheduler::here();
    if (!by) return real_pause(wanted, left);
    constexpr long nanoseconds = 1'000'000;
    by->sleep(std::chrono::seconds(wanted->tv_sec) + milliseconds(wanted->tv_nsec / nanoseconds),
              {});
    return 0;
}

// Even, since pointers to members tell virtual functions by an odd address.
[[gnu::aligned(16)]] void wrapped_join(std::thread*) asm("__wrap__ZNSt6thread4joinEv");
void wrapped_join(std::thread* thread) {
    if (auto* const by = scheduler::here()) by->wait_for_end(thread->get_id());
    real_join(thread);
}
}

void wrapped_start(std::thread*, thread_state, void (*)()) asm(
    "__wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE");
void wrapped_start(std::thread* thread, thread_state what, void (*depend)()) {
    auto* const by = scheduler::here();
    if (!by) return real_start(thread, std::move(what), depend);
    auto wrapped = std::make_unique<scheduled>(*by, std::move(what));
    const auto as = wrapped->as();
    real_start(thread, std::move(wrapped), depend);
    by->started(thread->get_id(), as);
}

steady_time wrapped_steady_now() asm("__wrap__ZNSt6chrono3_V212steady_clock3nowEv");
steady_time wrapped_steady_now() {
    auto* const by = scheduler::here();
    return by ? steady_time(by->own_now()) : real_steady_now();
}

// Of the stores' own machine: the others have machine_clock.
wall_time wrapped_wall_now() asm("__wrap__ZNSt6chrono3_V212system_clock3nowEv");
wall_time wrapped_wall_now() {
    auto* const by = scheduler::here();
    return by ? wall_time(by->own_now()) : real_wall_now();
}

}  // namespace medusa::sim
