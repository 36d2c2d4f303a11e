#include "app/interrupts.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "core/error.hpp"

namespace medusa {
namespace {

// Sent to the waiting thread alone, to end it.
constexpr int farewell = SIGUSR1;

sigset_t waited_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, farewell}) ::sigaddset(&set, signal);
    return set;
}

void wait_for_signals(std::stop_source stop) {
    const auto set = waited_signals();
    for (;;) {
        int signal = 0;
        if (::sigwait(&set, &signal) != 0 || signal == farewell) return;
        if (signal == SIGQUIT || stop.stop_requested()) ::_exit(info(errc::cancelled).exit_code);
        stop.request_stop();
    }
}

}  // namespace

interrupts::interrupts() {
    const auto set = waited_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A reader that went away ("medusa list | head") is an ordinary write error, not a crash.
    ::signal(SIGPIPE, SIG_IGN);
    waiter_ = std::thread(wait_for_signals, stop_);
}

interrupts::~interrupts() {
    ::pthread_kill(waiter_.native_handle(), farewell);
    waiter_.join();
}

}  // namespace medusa
