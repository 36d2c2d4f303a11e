// Ctrl-C and SIGTERM as a stop token. One per process, made before any other thread so that all of
// them leave these signals to it.
#pragma once

#include <stop_token>
#include <thread>

namespace medusa {

class interrupts {
public:
    // Takes the signals over. The first asks everything to stop, the second ends the process at
    // once with exit code 130. So does the first SIGQUIT, without the core dump that it is for:
    // that would hold keys and passwords.
    interrupts();
    ~interrupts();
    interrupts(const interrupts&) = delete;
    interrupts& operator=(const interrupts&) = delete;

    std::stop_token token() const { return stop_.get_token(); }

private:
    std::stop_source stop_;
    std::thread waiter_;
};

}  // namespace medusa
